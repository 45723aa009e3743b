package dev.acequia.operator.kafka;

import java.util.concurrent.CountDownLatch;

/** Calls that hold a thread until a test lets them go. */
public final class HeldCalls {
  private HeldCalls() {}

  /** Waits, and is answered then. */
  public static boolean isAnsweredAfter(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return true;
  }
}
