package dev.acequia.local.platform;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;

/**
 * The images as they were when the platform started. A build replaces the files it makes, and must
 * not pull them from under Pods that run; so the platform has names of its own for the same files.
 */
final class StagedImages {
  private StagedImages() {}

  /** Replaces what the folder holds by links to the roots' files, or copies across file systems. */
  static Path stage(List<Path> roots, Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var old = Files.walk(folder)) {
        for (var path : old.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    for (var root : roots) {
      try (var files = Files.walk(root)) {
        for (var file : files.toList()) {
          var target = folder.resolve(root.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(target);
          } else {
            link(file, target);
          }
        }
      }
    }
    return folder;
  }

  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file);
    } catch (FileSystemException | UnsupportedOperationException e) {
      // An AOT cache is good for libraries of the same time only.
      Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
