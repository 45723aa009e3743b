package dev.acequia.consumer;

import static dev.acequia.consumer.LoadIT.record;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Termination;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person takes away from under a running consumer, only a person can give back. */
class StoreRefusalIT {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER TABLE %s RENAME TO away      | ALTER TABLE ops.away RENAME TO %2$s        | does not exist",
        "ALTER TABLE %s RENAME name TO nick | ALTER TABLE %s RENAME nick TO name         | does not exist",
        "REVOKE INSERT ON %s FROM %3$s      | GRANT INSERT ON %s TO %3$s                 | permission denied",
        "ALTER ROLE %3$s PASSWORD 'other'   | ALTER ROLE %3$s PASSWORD 'writer'          | password authentication failed",
        "ALTER ROLE %3$s NOLOGIN            | ALTER ROLE %3$s LOGIN                      | is not permitted to log in"
      })
  void endsWithTheStoresWordsAndGoesOnWhenItIsMended(String harm, String cure, String words)
      throws Exception {
    try (var pipeline = TestPipeline.ready(LoadIT.SCHEMA, LoadMode.UPSERT, 1)) {
      var running = pipeline.start("pod");
      pipeline.send(0, "[0]", record(0, "x"));
      pipeline.awaitCount(1);
      pipeline.rows(statement(harm, pipeline));
      // Open sessions need no password.
      pipeline.rows(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '%s'"
              .formatted(pipeline.writerRole()));
      pipeline.send(0, "[1]", record(1, "x"));

      var end = running.end();

      assertThat(end).isPresent();
      assertThat(end.get().reason()).isEqualTo(Termination.Reason.StoreRefused);
      assertThat(end.get().message()).contains(words);
      pipeline.rows(statement(cure, pipeline));
      pipeline.start("pod");
      pipeline.awaitCount(2);
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  private static String statement(String template, TestPipeline pipeline) {
    var table = pipeline.table();
    return template.formatted(table, table.substring("ops.".length()), pipeline.writerRole());
  }
}
