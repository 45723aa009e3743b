package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TerminationTest {
  @TempDir private Path dir;

  @Test
  void readsBackWhatTheProcessLeft() throws Exception {
    var refused =
        new Termination(
            Termination.Reason.StoreRefused, "permission denied for database \"warehouse\"");
    var file = dir.resolve("termination-log");
    refused.write(file);
    assertThat(Termination.parse(Files.readString(file))).contains(refused);
  }

  @Test
  void fitsIntoAPodsStatus() throws Exception {
    var file = dir.resolve("termination-log");
    new Termination(Termination.Reason.StoreRefused, "€".repeat(100_000)).write(file);
    assertThat(Files.size(file)).isLessThanOrEqualTo(4096);
    assertThat(Termination.parse(Files.readString(file))).isPresent();
  }

  @Test
  void anotherProgramsLastWordsAreNotOurs() {
    assertThat(Termination.parse("Killed")).isEmpty();
    assertThat(Termination.parse("")).isEmpty();
    assertThat(Termination.parse("{\"reason\":\"Nova\"}")).isEmpty();
    assertThat(Termination.parse("{\"reason\":\"Nova\",\"message\":\"x\"}")).isEmpty();
    assertThat(Termination.parse("{\"message\":\"x\"}")).isEmpty();
    assertThat(Termination.parse("{\"reason\":\"OffsetsLost\"}")).isEmpty();
  }
}
