package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeVariableTest {
  @TempDir private Path folder;

  private Map<String, String> environment() {
    return Map.of(
        RuntimeVariable.ACEQUIA_STORE_DIR.name(),
        folder.toString(),
        RuntimeVariable.POD_NAME.name(),
        "pod");
  }

  @Test
  void readsVariablesThatAreFilesByteForByte() throws IOException {
    Files.writeString(folder.resolve("STORE_PASSWORD"), " $(POD_NAME) ü\n");
    Files.writeString(folder.resolve("unknown"), "x");

    var all = RuntimeVariable.withFiles(environment());

    assertThat(RuntimeVariable.STORE_PASSWORD.requiredIn(all)).isEqualTo(" $(POD_NAME) ü\n");
    assertThat(RuntimeVariable.POD_NAME.requiredIn(all)).isEqualTo("pod");
    assertThat(RuntimeVariable.STORE_URI.in(all)).isEmpty();
    assertThat(all).doesNotContainKey("unknown");
  }

  @Test
  void namesAFileThatCannotBeRead() throws IOException {
    Files.createDirectory(folder.resolve("STORE_URI"));
    assertThatThrownBy(() -> RuntimeVariable.withFiles(environment()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("STORE_URI");
  }
}
