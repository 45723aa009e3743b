package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrphansIT {
  @TempDir Path pods;

  @Test
  void endsWhatIsRecordedWithAllThatItStarted() throws Exception {
    var id = UUID.randomUUID().toString();
    var process = start(id, "trap '' TERM; setsid sleep 1000 & sleep 1000 & wait; wait");
    record(id, process.toHandle());
    org.awaitility.Awaitility.await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ProcessMark.find(Set.of(id)).size() >= 3);

    assertThat(Orphans.end(pods, Duration.ofSeconds(1))).isGreaterThanOrEqualTo(3);
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(ProcessMark.find(Set.of(id))).isEmpty();
    assertThat(new PodFolder(pods.resolve("uid")).processRecords()).isEmpty();
  }

  @Test
  void leavesAProcessAloneThatOnlyHasTheSameNumber() throws Exception {
    var other = start("another", "exec sleep 1000");
    try {
      record("gone", other.toHandle());
      assertThat(Orphans.end(pods, Duration.ofSeconds(1))).isZero();
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void findsAProcessThatWasStartedJustBeforeItsRecordCouldBeCompleted() throws Exception {
    var id = UUID.randomUUID().toString();
    ContainerRecord.planned(id).write(new PodFolder(pods.resolve("uid")).processRecord("main"));
    var process = start(id, "exec sleep 1000");
    assertThat(Orphans.end(pods, Duration.ofSeconds(5))).isEqualTo(1);
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  private void record(String id, ProcessHandle process) throws Exception {
    ContainerRecord.of(id, process).write(new PodFolder(pods.resolve("uid")).processRecord("main"));
  }

  private static Process start(String id, String script) throws Exception {
    var builder = new ProcessBuilder(List.of("/bin/sh", "-c", script));
    builder.environment().put(ProcessMark.VARIABLE, id);
    return builder.start();
  }
}
