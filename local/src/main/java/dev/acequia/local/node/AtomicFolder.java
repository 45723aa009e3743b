package dev.acequia.local.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A folder whose files all change at once, laid out as the kubelet does: {@code ..data} is a link
 * to the current version, and each name is a link into {@code ..data}.
 */
final class AtomicFolder {
  private static final String DATA = "..data";

  private final Path folder;

  AtomicFolder(Path folder) {
    this.folder = folder;
  }

  /** Replaces all files; a reader sees the old ones or the new ones. */
  void write(Map<String, VolumeFile> files) throws IOException {
    Files.createDirectories(folder);
    var version = Files.createTempDirectory(folder, "..");
    setMode(version, 0755);
    for (var file : files.entrySet()) {
      var path = version.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue().bytes());
      setMode(path, file.getValue().mode());
    }
    var link = folder.resolve("..data_tmp");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, version.getFileName());
    try {
      Files.move(
          link,
          folder.resolve(DATA),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(link, folder.resolve(DATA), StandardCopyOption.REPLACE_EXISTING);
    }
    var names = new HashSet<String>();
    files.keySet().forEach(path -> names.add(Path.of(path).getName(0).toString()));
    for (var name : names) {
      var visible = folder.resolve(name);
      if (!Files.isSymbolicLink(visible)) {
        Files.createSymbolicLink(visible, Path.of(DATA, name));
      }
    }
    removeAllBut(names, version);
  }

  private void removeAllBut(Set<String> names, Path version) throws IOException {
    try (var entries = Files.list(folder)) {
      for (var entry : (Iterable<Path>) entries::iterator) {
        var name = entry.getFileName().toString();
        if (!names.contains(name) && !name.equals(DATA) && !entry.equals(version)) {
          delete(entry);
        }
      }
    }
  }

  /** Deletes a file, a link or a folder with all within; nothing when it does not exist. */
  static void delete(Path path) throws IOException {
    if (Files.isDirectory(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      try (var entries = Files.list(path)) {
        entries.forEach(
            entry -> {
              try {
                delete(entry);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      } catch (UncheckedIOException e) {
        throw e.getCause();
      } catch (NoSuchFileException e) {
        return;
      }
    }
    Files.deleteIfExists(path);
  }

  private static void setMode(Path path, int mode) throws IOException {
    var permissions = EnumSet.noneOf(PosixFilePermission.class);
    var all = PosixFilePermission.values(); // from the owner's read to the others' execute
    for (var i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(all[i]);
      }
    }
    Files.setPosixFilePermissions(path, permissions);
  }
}
