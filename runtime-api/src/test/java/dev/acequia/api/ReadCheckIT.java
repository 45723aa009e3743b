package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.telemetry.ManagementServer;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** An API that cannot read goes on to take records in, and says so to whoever asks. */
class ReadCheckIT {
  private static void awaitAnswer(TestPipeline api, int status, String words) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () -> {
              var answer = api.management(ManagementServer.READ_PATH);
              assertThat(answer.statusCode()).isEqualTo(status);
              assertThat(answer.body()).contains(words);
            });
  }

  @Test
  void repeatsTheDatabasesWords() throws Exception {
    try (var api =
        TestPipeline.start(LoadMode.APPEND, List.of(), TestPipeline.field("n", FieldType.INT32))) {
      awaitAnswer(api, 200, "ok");

      TestPipeline.sql("REVOKE SELECT ON " + api.table() + " FROM " + TestPipeline.READER);
      awaitAnswer(api, 503, "permission denied");
      assertThat(api.management("/health/ready").statusCode()).isEqualTo(200);
      assertThat(api.post("application/json", "{\"n\": 1}").statusCode()).isEqualTo(200);
    }
  }
}
