package dev.acequia.servers;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives a child a process group of its own, so that the terminal's Ctrl-C reaches only this one.
 */
public final class ProcessGroup {
  private static final List<String> PREFIX = prefix();

  private ProcessGroup() {}

  /** The command behind a program that leaves our group and then becomes the command: same pid. */
  public static List<String> apart(List<String> command) {
    var whole = new ArrayList<>(PREFIX);
    whole.addAll(command);
    return whole;
  }

  private static List<String> prefix() {
    var setsid = onPath("setsid"); // util-linux
    if (setsid.isPresent()) {
      return List.of(setsid.get());
    }
    return onPath("perl") // macOS
        .map(perl -> List.of(perl, "-e", "setpgrp(0, 0); exec {$ARGV[0]} @ARGV or die"))
        .orElse(List.of());
  }

  static Optional<String> onPath(String program) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    for (var folder : path.split(File.pathSeparator)) {
      var candidate = Path.of(folder, program);
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return Optional.of(candidate.toString());
      }
    }
    return Optional.empty();
  }
}
