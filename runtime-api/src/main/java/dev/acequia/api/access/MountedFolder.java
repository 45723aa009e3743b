package dev.acequia.api.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A mounted Secret. Kubernetes replaces all its files at once, by pointing the link {@code ..data}
 * to another folder; a plain folder works as well.
 */
final class MountedFolder {
  private static final String DATA = "..data";

  /** A Secret has at most so much in all. */
  private static final long MAX_FILE_BYTES = 1 << 20;

  private final Path folder;

  MountedFolder(Path folder) {
    this.folder = folder;
  }

  /** Changes whenever the files do; cheap enough to ask for often. */
  String version() throws IOException {
    var data = folder.resolve(DATA);
    if (Files.isSymbolicLink(data)) {
      return Files.readSymbolicLink(data).toString();
    }
    if (!Files.isDirectory(folder)) {
      return "absent";
    }
    var versions = new TreeMap<String, String>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        versions.put(
            file.getFileName().toString(),
            Files.getLastModifiedTime(file) + "/" + Files.size(file));
      }
    }
    return versions.entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /** The files of one version by name; none when the Secret is absent. */
  Map<String, byte[]> files() throws IOException {
    var files = new HashMap<String, byte[]>();
    var data = folder.resolve(DATA);
    var current = Files.isSymbolicLink(data) ? data.toRealPath() : folder;
    if (!Files.isDirectory(current)) {
      return files;
    }
    try (var entries = Files.newDirectoryStream(current)) {
      for (var entry : entries) {
        if (Files.isRegularFile(entry) && Files.size(entry) <= MAX_FILE_BYTES) {
          files.put(entry.getFileName().toString(), Files.readAllBytes(entry));
        }
      }
    }
    return files;
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
