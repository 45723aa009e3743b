package dev.acequia.local.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The mark that every process of a container inherits: a variable with the container's id. By it,
 * on Linux, all of a container's processes are found, those too whose parent is gone, and never one
 * that is somebody else's. Elsewhere only the first process and its descendants are found.
 */
final class ProcessMark {
  static final String VARIABLE = "ACEQUIA_CONTAINER_ID";

  private static final Path PROC = Path.of("/proc");
  private static final boolean READABLE = Files.isReadable(PROC.resolve("self/environ"));

  private ProcessMark() {}

  /** Whether the system lets marks be read at all. */
  static boolean isReadable() {
    return READABLE;
  }

  /** The mark of a process; empty when it has none, is gone or is another user's. */
  static Optional<String> of(long pid) {
    try {
      var environment =
          Files.readString(PROC.resolve(pid + "/environ"), StandardCharsets.ISO_8859_1);
      for (var variable : environment.split("\0", -1)) {
        if (variable.startsWith(VARIABLE + "=")) {
          return Optional.of(variable.substring(VARIABLE.length() + 1));
        }
      }
    } catch (IOException e) {
      // It has ended, or is not ours to look into.
    }
    return Optional.empty();
  }

  /** Every live process that bears one of the marks. */
  static List<ProcessHandle> find(Set<String> containerIds) {
    var found = new ArrayList<ProcessHandle>();
    if (!READABLE || containerIds.isEmpty()) {
      return found;
    }
    try (var entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (var entry : entries) {
        var pid = Long.parseLong(entry.getFileName().toString());
        if (of(pid).filter(containerIds::contains).isPresent()) {
          ProcessHandle.of(pid).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }
}
