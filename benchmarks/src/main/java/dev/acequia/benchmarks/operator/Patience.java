package dev.acequia.benchmarks.operator;

import dev.acequia.local.CommandException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what a watch will show. */
final class Patience {
  private static final long BETWEEN_LOOKS_MS = 50;

  private Patience() {}

  /**
   * Waits until it is so.
   *
   * @param what to say that it has not come
   * @throws CommandException when the time has passed
   */
  static void until(String what, Duration limit, BooleanSupplier isSo) throws InterruptedException {
    var deadline = System.nanoTime() + limit.toNanos();
    while (!isSo.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new CommandException("%s: not after %d s".formatted(what, limit.toSeconds()));
      }
      Thread.sleep(BETWEEN_LOOKS_MS);
    }
  }
}
