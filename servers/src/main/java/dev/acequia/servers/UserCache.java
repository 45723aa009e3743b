package dev.acequia.servers;

import java.nio.file.Path;

/** The folder of this user for what is dear to make again: unpacked and compiled programs. */
public final class UserCache {
  private UserCache() {}

  /** {@code $XDG_CACHE_HOME/acequia}, else {@code ~/.cache/acequia}; it need not exist yet. */
  public static Path folder() {
    var xdg = System.getenv("XDG_CACHE_HOME");
    var root =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(xdg);
    return root.resolve("acequia");
  }
}
