package dev.acequia.servers;

import java.nio.file.Path;
import java.util.Optional;

/** The folder of this user for what is dear to make again: unpacked and compiled programs. */
public final class UserCache {
  private UserCache() {}

  /** {@code $XDG_CACHE_HOME/acequia}, else {@code $HOME/.cache/acequia}; it need not exist yet. */
  public static Path folder() {
    var root =
        variable("XDG_CACHE_HOME")
            .map(Path::of)
            .orElseGet(
                () ->
                    Path.of(
                        variable("HOME").orElseGet(() -> System.getProperty("user.home")),
                        ".cache"));
    return root.resolve("acequia");
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isEmpty());
  }
}
