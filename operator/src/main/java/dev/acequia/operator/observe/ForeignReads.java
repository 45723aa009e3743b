package dev.acequia.operator.observe;

import dev.acequia.operator.turns.Turns;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads objects that others made, each held no longer than it takes to judge it. Such an object can
 * have more than 1 MiB, takes several times that while it is read, and any number of pipelines may
 * have it read. Nobody knows its size before. So what is short is read for many at a time. An
 * answer that goes on is let go, and read again when one of two turns for long ones is free.
 */
public final class ForeignReads {
  /** 800 API keys, or a Deployment that a mesh has added to. */
  static final int MOST_BYTES_OF_SHORT = 128 * 1024;

  /** As many as there are threads of reconciles; together they hold some 10 MiB. */
  private static final int SHORT_AT_A_TIME = 20;

  private static final int LONG_AT_A_TIME = 2;

  // One each for the process, as its heap is.
  private static final Turns SHORT = new Turns(SHORT_AT_A_TIME);
  private static final Turns LONG = new Turns(LONG_AT_A_TIME);

  private ForeignReads() {}

  /**
   * Waits for a turn, reads the object and judges it.
   *
   * @param namespace of the pipeline for which it is read, which takes turns with others
   * @param judge must not keep the object
   */
  public static <T, J> J judge(
      String namespace, ForeignObject<T> object, Function<Optional<T>, J> judge) {
    return SHORT
        .take(namespace, () -> read(object, MOST_BYTES_OF_SHORT, judge))
        .or(() -> LONG.take(namespace, () -> read(object, Integer.MAX_VALUE, judge)))
        .orElseThrow();
  }

  private static <T, J> Optional<J> read(
      ForeignObject<T> object, int mostBytes, Function<Optional<T>, J> judge) {
    return object.read(mostBytes).map(answer -> judge.apply(Optional.ofNullable(answer.object())));
  }
}
