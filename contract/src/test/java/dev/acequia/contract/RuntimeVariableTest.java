package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
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

  /** As the kubelet does it: a new folder, an atomic switch of the link, then the old one goes. */
  @Test
  void readsAllFilesOfOneVersionWhileTheKubeletSwitches() throws Exception {
    switchTo(0);
    try (var executor = Executors.newSingleThreadExecutor()) {
      var kubelet =
          executor.submit(
              () -> {
                for (var version = 1; version <= 500; version++) {
                  switchTo(version);
                }
                return true;
              });
      while (!kubelet.isDone()) {
        var all = RuntimeVariable.withFiles(environment());
        assertThat(RuntimeVariable.STORE_USERNAME.requiredIn(all))
            .isEqualTo(RuntimeVariable.STORE_PASSWORD.requiredIn(all));
      }
      kubelet.get();
    }
  }

  private void switchTo(int version) throws IOException {
    var made = Files.createDirectory(folder.resolve("..v" + version));
    for (var file : List.of("STORE_USERNAME", "STORE_PASSWORD")) {
      Files.writeString(made.resolve(file), "v" + version);
    }
    var link = Files.createSymbolicLink(folder.resolve("..data_tmp"), made.getFileName());
    Files.move(link, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    if (version > 0) {
      var old = folder.resolve("..v" + (version - 1));
      for (var file : List.of("STORE_USERNAME", "STORE_PASSWORD")) {
        Files.delete(old.resolve(file));
      }
      Files.delete(old);
    }
  }

  @Test
  void namesAFileThatCannotBeRead() throws IOException {
    Files.createDirectory(folder.resolve("STORE_URI"));
    assertThatThrownBy(() -> RuntimeVariable.withFiles(environment()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("STORE_URI");
  }
}
