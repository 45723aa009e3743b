package dev.acequia.operator;

/**
 * Whether the operator is still starting. What a look finds out about the start counts no more once
 * it is over, and a look may take longer than the rest of the start.
 */
final class Startup {
  private final End end;
  private boolean over;

  Startup(End end) {
    this.end = end;
  }

  /**
   * Ends the process at once, unless the start is over.
   *
   * @param lastly what to do before
   */
  synchronized void fail(Runnable lastly) {
    if (!over) {
      lastly.run();
      end.atOnce().run();
    }
  }

  /** From now on it cannot fail. */
  synchronized void succeed() {
    over = true;
  }

  synchronized boolean isOver() {
    return over;
  }
}
