package dev.acequia.local.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the node keeps one Pod's files: {@code volumes/<volume>}, and for each container {@code
 * containers/<container>} with its working directory, termination message and process record.
 *
 * @param path {@code pods/<uid>} in the node's work folder
 */
record PodFolder(Path path) {
  private static final String CONTAINERS = "containers";
  private static final String PROCESS_RECORD = "process";

  /** The folder of a Pod; only the node's user can look into it, as there are Secrets in it. */
  static PodFolder create(Path pods, String uid) throws IOException {
    var path = pods.resolve(uid);
    Files.createDirectories(pods);
    if (!Files.isDirectory(path)) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    return new PodFolder(path);
  }

  Path volumes() {
    return path.resolve("volumes");
  }

  Path processRecord(String container) {
    return container(container).resolve(PROCESS_RECORD);
  }

  /** The records of all containers that have a process, or had one when the node was killed. */
  List<Path> processRecords() throws IOException {
    var found = new ArrayList<Path>();
    var containers = path.resolve(CONTAINERS);
    if (Files.isDirectory(containers)) {
      try (var folders = Files.newDirectoryStream(containers)) {
        for (var folder : folders) {
          if (Files.exists(folder.resolve(PROCESS_RECORD))) {
            found.add(folder.resolve(PROCESS_RECORD));
          }
        }
      }
    }
    return found;
  }

  /** The container's working directory when its Pod names none; empty at its first start. */
  Path workingDirectory(String container) throws IOException {
    return Files.createDirectories(container(container).resolve("work"));
  }

  /** The file for the last word of a container; made anew, and empty. */
  Path terminationMessage(String container) throws IOException {
    Files.createDirectories(container(container));
    return Files.writeString(container(container).resolve("termination-log"), "");
  }

  void delete() throws IOException {
    AtomicFolder.delete(path);
  }

  private Path container(String name) {
    return path.resolve(CONTAINERS).resolve(name);
  }
}
