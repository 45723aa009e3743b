package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import dev.acequia.servers.GoProgram;
import dev.acequia.servers.ServerException;
import java.nio.file.Path;

/**
 * A peer that is written in Go: the tool that a {@code go.mod} below {@code benchmarks/peers}
 * names.
 */
public final class PeerProgram {
  private PeerProgram() {}

  /**
   * The compiled program. The first call takes minutes.
   *
   * @throws CommandException when Go is missing or cannot compile it
   */
  public static Path of(String peer, Progress progress) {
    var module = Workplace.repository().resolve("benchmarks/peers").resolve(peer);
    try {
      return GoProgram.compiled(peer, module, line -> progress.say("%s", line));
    } catch (ServerException e) {
      throw new CommandException(e.getMessage() + "\nOr leave it out with --no-peers", e);
    }
  }
}
