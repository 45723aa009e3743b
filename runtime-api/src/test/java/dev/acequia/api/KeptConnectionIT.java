package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client may stay for as long as it likes. */
class KeptConnectionIT {
  private static final int REQUESTS = 250;

  @Test
  void answersAnyNumberOfRequestsOverOneConnection() throws IOException {
    var request = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    try (var api =
        TestPipeline.start(LoadMode.APPEND, List.of(), TestPipeline.field("id", FieldType.INT32))) {
      var answers =
          api.raw((request + "\r\n").repeat(REQUESTS - 1) + request + "Connection: close\r\n\r\n");
      assertThat(answers.split("HTTP/1.1 302", -1)).hasSize(REQUESTS + 1);
    }
  }
}
