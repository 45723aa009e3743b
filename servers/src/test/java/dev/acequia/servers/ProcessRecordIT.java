package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;

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
