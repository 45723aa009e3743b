package dev.acequia.operator.observe;

import dev.acequia.operator.turns.Turns;
import java.util.Optional;
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
  private static final Turns TURNS = new Turns(AT_A_TIME);

  private ForeignReads() {}

  /**
   * Waits for a turn, reads the object and judges it.
   *
   * @param namespace of the pipeline for which it is read, which takes turns with others
   * @param read gives null where there is none
   * @param judge must not keep the object
   */
  public static <T, J> J judge(
      String namespace, Supplier<@Nullable T> read, Function<Optional<T>, J> judge) {
    return TURNS.take(namespace, () -> judge.apply(Optional.ofNullable(read.get())));
  }
}
