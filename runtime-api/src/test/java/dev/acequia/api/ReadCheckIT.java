package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.telemetry.ManagementServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  /** The management port asks nobody who they are. */
  @Test
  void tellsNeitherHostNorRole() throws Exception {
    try (var api =
        TestPipeline.start(
            Map.of("STORE_PASSWORD", "wrong"),
            LoadMode.APPEND,
            List.of(),
            TestPipeline.field("n", FieldType.INT32))) {
      var words = "the store refuses the reader's login (SQLSTATE 28P01)\n";
      awaitAnswer(api, 503, words);
      assertThat(api.management(ManagementServer.READ_PATH).body()).isEqualTo(words);
      assertThat(api.management("/health/ready").body()).isEqualTo(words);
    }
  }

  @Test
  void findsAColumnThatItMayNotRead() throws Exception {
    try (var api =
        TestPipeline.start(
            LoadMode.APPEND,
            List.of(),
            TestPipeline.field("n", FieldType.INT32),
            TestPipeline.field("m", FieldType.INT32))) {
      TestPipeline.sql("REVOKE SELECT ON " + api.table() + " FROM " + TestPipeline.READER);
      TestPipeline.sql(
          "GRANT SELECT (n, _generation, _partition, _offset) ON %s TO %s"
              .formatted(api.table(), TestPipeline.READER));
      awaitAnswer(api, 503, "permission denied for table");

      TestPipeline.sql("GRANT SELECT (m) ON %s TO %s".formatted(api.table(), TestPipeline.READER));
      awaitAnswer(api, 200, "ok");
    }
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
