package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderIT {
  @TempDir Path folder;

  @Test
  void replacesAllFilesAtOnce() throws Exception {
    var volume = folder.resolve("volume");
    var atomic = new AtomicFolder(volume);
    atomic.write(Map.of("a", file("1", 0644), "sub/b", file("2", 0400)));
    assertThat(volume.resolve("a")).hasContent("1").isSymbolicLink();
    assertThat(volume.resolve("sub/b")).hasContent("2");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.resolve("sub/b"))))
        .isEqualTo("r--------");

    atomic.write(Map.of("a", file("3", 0644), "c", file("4", 0755)));
    assertThat(volume.resolve("a")).hasContent("3");
    assertThat(volume.resolve("c")).hasContent("4");
    assertThat(volume.resolve("sub")).doesNotExist();
    try (var entries = Files.list(volume)) {
      assertThat(entries).hasSize(4); // a, c, ..data and the version it leads to
    }
  }

  @Test
  void deletesLinksWithoutFollowingThem() throws Exception {
    var outside = Files.writeString(folder.resolve("outside"), "stays");
    var doomed = Files.createDirectories(folder.resolve("doomed/deep"));
    Files.createSymbolicLink(doomed.resolve("link"), folder);
    AtomicFolder.delete(folder.resolve("doomed"));
    assertThat(folder.resolve("doomed")).doesNotExist();
    assertThat(outside).hasContent("stays");
  }

  private static VolumeFile file(String text, int mode) {
    return new VolumeFile(text.getBytes(StandardCharsets.UTF_8), mode);
  }
}
