package dev.acequia.consumer.consume;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Closes what a run has opened, the last first. As the resource of a {@code try} it adds what fails
 * to the reason why the run ended, and does not replace it. One failure leaves nothing else open.
 */
final class Closings implements AutoCloseable {
  private final Deque<Runnable> closings = new ArrayDeque<>();

  void add(Runnable closing) {
    closings.push(closing);
  }

  @Override
  public void close() {
    @Nullable RuntimeException failure = null;
    for (var closing : closings) {
      try {
        closing.run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
