package dev.acequia.operator.observe;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects that others made, few at a time and each held no longer than it takes to judge it.
 * Such an object can have more than 1 MiB, takes several times that while it is read, and any
 * number of pipelines may have it read.
 */
public final class ForeignReads {
  private static final int AT_A_TIME = 2;

  /** One for the process, as its heap is. */
  private static final Semaphore TURNS = new Semaphore(AT_A_TIME, true);

  private ForeignReads() {}

  /**
   * Waits for a turn, reads the object and judges it.
   *
   * @param read gives null where there is none
   * @param judge must not keep the object
   */
  public static <T, J> J judge(Supplier<@Nullable T> read, Function<Optional<T>, J> judge) {
    TURNS.acquireUninterruptibly();
    try {
      return judge.apply(Optional.ofNullable(read.get()));
    } finally {
      TURNS.release();
    }
  }
}
