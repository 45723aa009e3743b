package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRecordIT {
  @TempDir Path run;
  private Process process;

  @BeforeEach
  void start() throws IOException {
    process = new ProcessBuilder("sleep", "60").start();
  }

  @AfterEach
  void kill() {
    process.destroyForcibly();
  }

  @Test
  void endsWhatAKilledParentLeft() throws Exception {
    ProcessRecord.write(run, "left", process.toHandle(), "sleep");

    assertThat(ProcessRecord.endLeftovers(run, Duration.ofSeconds(5))).containsExactly("left");

    assertThat(process.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(ProcessRecord.readAll(run)).isEmpty();
  }

  @Test
  void sparesAProcessThatGotTheSamePidLater() {
    write("%d %d sleep", process.pid(), Instant.now().minusSeconds(3600).toEpochMilli());

    assertThat(ProcessRecord.endLeftovers(run, Duration.ofSeconds(1))).isEmpty();

    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void sparesAnotherProgram() {
    write("%d %d etcd", process.pid(), process.info().startInstant().orElseThrow().toEpochMilli());

    assertThat(ProcessRecord.endLeftovers(run, Duration.ofSeconds(1))).isEmpty();

    assertThat(process.isAlive()).isTrue();
  }

  @Test
  void doesNotTakeADeadProcessThatNobodyAskedAfterForARunningOne() throws Exception {
    var parent = new ProcessBuilder("sh", "-c", "sleep 0 & echo $!; exec sleep 60").start();
    try {
      var pid = Long.parseLong(parent.inputReader().readLine());
      var dead = ProcessHandle.of(pid);
      dead.ifPresent(process -> ProcessRecord.write(run, "left", process, "sleep"));

      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  ProcessRecord.readAll(run).stream()
                      .noneMatch(named -> named.note().process().isPresent()));
      assertThat(ProcessRecord.endLeftovers(run, Duration.ofSeconds(1))).isEmpty();
    } finally {
      parent.destroyForcibly();
    }
  }

  @Test
  void passesByATornNote() {
    write("12");

    assertThat(ProcessRecord.endLeftovers(run, Duration.ofSeconds(1))).isEmpty();
  }

  private void write(String format, Object... values) {
    try {
      Files.write(run.resolve("left.pid"), List.of(format.formatted(values)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
