package dev.acequia.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretWatchIT {
  @TempDir private Path folder;
  private volatile Map<String, String> seen = Map.of();

  @Test
  void followsTheLinkThatTheKubeletTurns() throws IOException {
    mount("v1", Map.of("a", "1", "b", "2"));
    try (var watch = watch()) {
      assertThat(seen).isEqualTo(Map.of("a", "1", "b", "2"));

      mount("v2", Map.of("b", "3"));
      awaitSeen(Map.of("b", "3"));

      mount("v3", Map.of()); // the Secret was deleted, and is optional
      awaitSeen(Map.of());
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void followsPlainFiles() throws IOException {
    try (var watch = watch()) {
      assertThat(seen).isEmpty();
      Files.writeString(folder.resolve("a"), "1");
      awaitSeen(Map.of("a", "1"));
      Files.delete(folder.resolve("a"));
      awaitSeen(Map.of());
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void takesAFolderThatIsNotThereForAnEmptyOne() throws IOException {
    folder = folder.resolve("absent");
    try (var watch = watch()) {
      assertThat(seen).isEmpty();
      Files.createDirectory(folder);
      Files.writeString(folder.resolve("a"), "1");
      awaitSeen(Map.of("a", "1"));
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void readsAgainWhatWasRefused() throws IOException {
    try (var watch = new SecretWatch()) {
      watch.add(
          folder,
          files -> {
            if (files.containsKey("bad")) {
              throw new IOException("not yet");
            }
            take(files);
          });
      watch.start();
      Files.writeString(folder.resolve("bad"), "");
      Files.writeString(folder.resolve("a"), "1");
      Files.delete(folder.resolve("bad"));
      awaitSeen(Map.of("a", "1"));
    }
  }

  private SecretWatch watch() throws IOException {
    var watch = new SecretWatch();
    watch.add(folder, this::take);
    watch.start();
    return watch;
  }

  private void take(Map<String, byte[]> files) {
    var texts = new TreeMap<String, String>();
    files.forEach((name, bytes) -> texts.put(name, new String(bytes, StandardCharsets.UTF_8)));
    seen = texts;
  }

  private void awaitSeen(Map<String, String> expected) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(seen).isEqualTo(expected));
  }

  /** As the kubelet does: another folder, and a link that is turned to it. */
  private void mount(String version, Map<String, String> files) throws IOException {
    var data = Files.createDirectories(folder.resolve(".." + version));
    for (var file : files.entrySet()) {
      Files.writeString(data.resolve(file.getKey()), file.getValue());
    }
    var link = folder.resolve("..data_tmp");
    Files.createSymbolicLink(link, data.getFileName());
    Files.move(
        link,
        folder.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
