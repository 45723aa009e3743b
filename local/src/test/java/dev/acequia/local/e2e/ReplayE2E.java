package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A replay leaves a table as it was, and brings back what is missing. */
@EndToEnd
class ReplayE2E {
  private static final int RECORDS = 20_000;

  private final Platform platform;

  ReplayE2E(Platform platform) {
    this.platform = platform;
  }

  @Test
  void bringsRowsOfAnUpsertTableBack() throws Exception {
    platform.createNamespace("replay-upsert");
    platform.kubectl.apply(platform.example("flights.yaml"), "-n", "replay-upsert");
    platform.awaitReady("replay-upsert", "flights");
    push("replay-upsert", "flights", platform.example("flights.ndjson"));
    awaitCount("replay_upsert.flights", 5_000);
    var before = checksum("replay_upsert.flights");
    platform.execute("DELETE FROM replay_upsert.flights WHERE carrier = 'UA'");
    assertThat(checksum("replay_upsert.flights")).isNotEqualTo(before);

    platform.kubectl.apply(platform.example("replay.yaml"), "-n", "replay-upsert");
    awaitEnd("replay-upsert", "flights-again");

    assertThat(checksum("replay_upsert.flights")).isEqualTo(before);
    assertThat(platform.kubectl.run("get", "dpr", "-n", "replay-upsert"))
        .containsPattern("flights-again +flights +True +Completed +5000 +5000");
    platform.awaitReady("replay-upsert", "flights");
  }

  @Test
  void leavesAnAppendTableAsItIsThoughItsConsumerIsKilled() throws Exception {
    platform.createNamespace("replay-append");
    platform.kubectl.apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: ticks, namespace: replay-append}
        spec:
          schema: {fields: [{name: id, type: int64, required: true}]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 2}
        """);
    platform.awaitReady("replay-append", "ticks");
    push(
        "replay-append",
        "ticks",
        IntStream.range(0, RECORDS)
            .mapToObj("{\"id\":%d}\n"::formatted)
            .collect(Collectors.joining()));
    awaitCount("replay_append.ticks", RECORDS);
    var before = checksum("replay_append.ticks");

    replay("dry", "from: {earliest: true}\n  dryRun: true");
    awaitEnd("replay-append", "dry");
    assertThat(
            platform.get(
                "replay-append", "dpr/dry", ".status.conditions[?(@.type==\"Ready\")].message"))
        .matches("It would read 20,000 records again: partition [01] from offset 0 to .*");

    // Then each row takes a while, so that the replay is hit.
    platform.execute(
        "DELETE FROM replay_append.ticks WHERE id % 10 = 0",
        "CREATE SEQUENCE replay_append.sleeps",
        "GRANT USAGE ON SEQUENCE replay_append.sleeps TO PUBLIC",
        "CREATE FUNCTION replay_append.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " IF NEW.id % 100 = 1 THEN PERFORM nextval('replay_append.sleeps'), pg_sleep(0.02);"
            + " END IF; RETURN NEW; END $$",
        "CREATE TRIGGER slow BEFORE INSERT ON replay_append.ticks FOR EACH ROW"
            + " EXECUTE FUNCTION replay_append.slow()");
    replay("again", "from: {earliest: true}");
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> platform.sql("SELECT is_called FROM replay_append.sleeps").contains("t"));
    platform
        .processes("replay-append", "ticks", "consumer")
        .forEach(ProcessHandle::destroyForcibly);
    awaitEnd("replay-append", "again");

    assertThat(checksum("replay_append.ticks")).isEqualTo(before);
    push("replay-append", "ticks", "{\"id\":-1}\n");
    awaitCount("replay_append.ticks", RECORDS + 1);
    platform.kubectl.run("delete", "dpr", "--all", "-n", "replay-append", "--timeout=30s");
    platform.awaitReady("replay-append", "ticks");
  }

  private void replay(String name, String spec) {
    platform.kubectl.apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipelineReplay
        metadata: {name: %s, namespace: replay-append}
        spec:
          pipeline: ticks
          %s
        """
            .formatted(name, spec));
  }

  private void push(String namespace, String pipeline, String records) throws Exception {
    var answer =
        platform.push(platform.endpoint(namespace, pipeline), "application/x-ndjson", records);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private void awaitEnd(String namespace, String replay) {
    platform.kubectl.run(
        "wait", "--for=condition=Ready", "dpr/" + replay, "-n", namespace, "--timeout=90s");
  }

  private void awaitCount(String table, int count) {
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.sql("SELECT count(*) FROM " + table))
                    .containsExactly(Integer.toString(count)));
  }

  private String checksum(String table) throws Exception {
    return platform
        .sql(
            "SELECT count(*) || md5(string_agg(t::text, '' ORDER BY t::text)) FROM " + table + " t")
        .getFirst();
  }
}
