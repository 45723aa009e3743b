package dev.acequia.local.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The images of this node: folders with a program {@code entrypoint}. Nothing is ever pulled. */
final class ImageStore {
  private final List<Path> roots;

  ImageStore(List<Path> roots) {
    this.roots = roots;
  }

  /** The image's folder; empty when no root has it with a program to run. */
  Optional<Path> find(String image) {
    var name = nameOf(image);
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      return Optional.empty();
    }
    return roots.stream()
        .map(root -> root.resolve(name))
        .filter(folder -> Files.isExecutable(folder.resolve("entrypoint")))
        .map(Path::toAbsolutePath)
        .findFirst();
  }

  /**
   * The folder's name: the last segment of the image's name, without tag and digest, so that a
   * registry in front of it does not matter.
   */
  static String nameOf(String image) {
    var name = image.substring(image.lastIndexOf('/') + 1);
    var end = name.indexOf('@') >= 0 ? name.indexOf('@') : name.length();
    var tag = name.indexOf(':');
    return name.substring(0, tag >= 0 ? Math.min(tag, end) : end);
  }
}
