package dev.acequia.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessEndTest {
  @TempDir Path folder;

  @Test
  void leavesTheReasonForARetry() throws IOException {
    var log = folder.resolve("termination");
    var end = new ProcessEnd(Map.of("ACEQUIA_TERMINATION_LOG", log.toString()));
    assertThat(end.again(new StoreUnavailableException("a newer migration has come"))).isEqualTo(1);
    assertThat(Files.readString(log)).isEqualTo("a newer migration has come");
  }

  @Test
  void saysWhoDidNotAnswer() throws IOException {
    var log = folder.resolve("termination");
    var end = new ProcessEnd(Map.of("ACEQUIA_TERMINATION_LOG", log.toString()));
    end.again(new TimeoutException());
    assertThat(Files.readString(log)).isEqualTo("Kafka did not answer in time");
  }
}
