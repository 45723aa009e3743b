package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A peer that is written in Go: the tool that a {@code go.mod} below {@code benchmarks/peers}
 * names, compiled into a folder of its own, once.
 */
public final class PeerProgram {
  private PeerProgram() {}

  /**
   * The compiled program.
   *
   * @param shown the peer's name and version, for a person
   * @throws CommandException when Go is missing or cannot compile it
   */
  public static Path of(String peer, String shown, Progress progress)
      throws IOException, InterruptedException {
    var module = Workplace.repository().resolve("benchmarks");
    var source = module.resolve("peers").resolve(peer);
    var folder = module.resolve("target/peers").resolve(peer);
    var program = folder.resolve(peer);
    var compiled = folder.resolve("go.mod"); // a copy of what the program was made from
    var modules = source.resolve("go.mod");
    if (Files.exists(compiled) && Files.mismatch(modules, compiled) < 0) {
      return program;
    }
    progress.say("compiling %s by Go, once: two to three minutes on 2 cores", shown);
    Files.createDirectories(folder);
    var log = folder.resolve("go.log");
    try {
      var go =
          new ProcessBuilder(
                  List.of(
                      "go",
                      "build",
                      "-mod=readonly",
                      "-trimpath",
                      "-buildvcs=false",
                      "-o",
                      program.toString(),
                      "tool"))
              .directory(source.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (go.waitFor() != 0) {
        throw new CommandException(
            "Go cannot compile %s; all that it said is in %s".formatted(shown, log));
      }
    } catch (IOException e) {
      throw new CommandException(
          "%s cannot be compiled: %s. Install Go 1.26 or newer, or leave it out with --no-peers"
              .formatted(shown, e.getMessage()),
          e);
    }
    Files.writeString(compiled, Files.readString(modules));
    return program;
  }
}
