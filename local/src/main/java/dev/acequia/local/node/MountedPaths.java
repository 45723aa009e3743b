package dev.acequia.local.node;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Where a container's paths really are. Processes of this machine share one file system, so a mount
 * is a folder elsewhere, and whatever names the mount is told the real place instead.
 */
final class MountedPaths {
  private record Mount(String path, Path real) {}

  private final List<Mount> mounts;

  /**
   * Knows the container's mounts.
   *
   * @param realByMount the real place of each mount path
   */
  MountedPaths(Map<String, Path> realByMount) {
    this.mounts =
        realByMount.entrySet().stream()
            .map(entry -> new Mount(withoutTrailingSlash(entry.getKey()), entry.getValue()))
            .sorted(Comparator.comparingInt((Mount mount) -> mount.path.length()).reversed())
            .toList();
  }

  /**
   * Replaces the mount path that the value begins with, the longest when several do; a value that
   * begins with none stays as it is.
   */
  String rewrite(String value) {
    for (var mount : mounts) {
      if (value.equals(mount.path) || value.startsWith(mount.path + "/")) {
        return mount.real + value.substring(mount.path.length());
      }
    }
    return value;
  }

  private static String withoutTrailingSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
