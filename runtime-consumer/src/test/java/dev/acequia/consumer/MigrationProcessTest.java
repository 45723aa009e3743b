package dev.acequia.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Termination;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationProcessTest {
  @TempDir Path folder;

  @Test
  void asksForAPersonWhenItIsMisconfigured() throws IOException {
    var log = folder.resolve("termination");
    var environment =
        Map.of(
            "ACEQUIA_DEFINITION", folder.resolve("none.json").toString(),
            "ACEQUIA_TERMINATION_LOG", log.toString());
    assertThat(MigrationProcess.run(List.of("migrate"), environment))
        .isEqualTo(Termination.EXIT_CODE);
    var termination = Termination.parse(Files.readString(log)).orElseThrow();
    assertThat(termination.reason()).isEqualTo(Termination.Reason.Misconfigured);
    assertThat(termination.message()).contains("none.json");
  }
}
