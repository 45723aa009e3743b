package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The class path of another product: what a POM below {@code benchmarks/peers} names, resolved by
 * Maven into a folder of its own, once.
 */
public final class PeerLibraries {
  private PeerLibraries() {}

  /**
   * The folder with the peer's libraries.
   *
   * @throws CommandException when Maven cannot bring them
   */
  public static Path of(String peer, Progress progress) throws IOException, InterruptedException {
    var module = Workplace.repository().resolve("benchmarks");
    var pom = module.resolve("peers").resolve(peer).resolve("pom.xml");
    var folder = module.resolve("target/peers").resolve(peer);
    var libraries = folder.resolve("lib");
    var resolved = folder.resolve("pom.xml"); // a copy of what the folder was made from
    if (Files.exists(resolved) && Files.mismatch(pom, resolved) < 0) {
      return libraries;
    }
    progress.say("resolving the libraries of %s by Maven", peer);
    Files.createDirectories(folder);
    var log = folder.resolve("maven.log");
    var maven =
        new ProcessBuilder(
                List.of(
                    "mvn",
                    "--batch-mode",
                    "--no-transfer-progress",
                    "--file",
                    pom.toString(),
                    "dependency:copy-dependencies",
                    "-DoutputDirectory=" + libraries))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (maven.waitFor() != 0) {
      throw new CommandException(
          "Maven cannot resolve the libraries of %s; all that it said is in %s"
              .formatted(peer, log));
    }
    Files.writeString(resolved, Files.readString(pom));
    return libraries;
  }
}
