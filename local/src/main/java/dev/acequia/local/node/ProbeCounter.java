package dev.acequia.local.node;

import java.util.Optional;

/** Turns single outcomes of a probe into results: so many of a kind in a row make one. */
final class ProbeCounter {
  private final int failureThreshold;
  private final int successThreshold;
  private boolean last;
  private int inARow;

  ProbeCounter(int failureThreshold, int successThreshold) {
    this.failureThreshold = failureThreshold;
    this.successThreshold = successThreshold;
  }

  /** Counts an outcome; the result once there are enough of it, until then empty. */
  Optional<Boolean> add(boolean ok) {
    inARow = inARow > 0 && last == ok ? inARow + 1 : 1;
    last = ok;
    return inARow >= (ok ? successThreshold : failureThreshold)
        ? Optional.of(ok)
        : Optional.empty();
  }
}
