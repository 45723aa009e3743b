package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes are killed while records flow. */
@EndToEnd
class KillE2E {
  private static final String NAMESPACE = "kill-e2e";
  private static final int RECORDS = 150_000;

  private final Platform platform;
  @TempDir private Path dir;

  KillE2E(Platform platform) {
    this.platform = platform;
  }

  @Test
  void nothingIsLostOrDoubledWhenConsumerAndApiAreKilled() throws Exception {
    platform.createNamespace(NAMESPACE);
    platform.kubectl.apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: ticks, namespace: kill-e2e}
        spec:
          schema:
            fields: [{name: id, type: int64, required: true}, {name: note, type: string}]
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 4}
          consumer: {mode: append}
        """);
    platform.awaitReady(NAMESPACE, "ticks");
    var endpoint = platform.endpoint(NAMESPACE, "ticks");
    var file = dir.resolve("ticks.ndjson");
    try (var out = Files.newBufferedWriter(file)) {
      for (var id = 0; id < RECORDS; id++) {
        out.write("{\"id\":" + id + ",\"note\":\"" + "x".repeat(80) + "\"}\n");
      }
    }

    var load = platform.acequia("import", file.toString(), "--to", endpoint);
    for (var kill = 0; kill < 3; kill++) {
      var stored = rows();
      await().atMost(Duration.ofSeconds(90)).until(() -> rows() > stored || rows() == RECORDS);
      kill("consumer");
      if (kill == 1) {
        kill("api");
      }
    }
    assertThat(load.onExit().get(3, TimeUnit.MINUTES).exitValue()).isZero();
    await()
        .atMost(Duration.ofSeconds(120))
        .untilAsserted(() -> assertThat(rows()).isEqualTo(RECORDS));
    assertThat(platform.sql("SELECT count(DISTINCT id) FROM kill_e2e.ticks"))
        .containsExactly("" + RECORDS);
    platform.awaitReady(NAMESPACE, "ticks");
    assertThat(rows()).isEqualTo(RECORDS);
  }

  private int rows() throws Exception {
    return Integer.parseInt(platform.sql("SELECT count(*) FROM kill_e2e.ticks").getFirst());
  }

  private void kill(String component) throws Exception {
    var processes = platform.processes(NAMESPACE, "ticks", component);
    processes.forEach(ProcessHandle::destroyForcibly);
  }
}
