package dev.acequia.local.node;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a container that ended waits for its next start: not at all the first time, then 10 s,
 * doubled each time up to 5 min, and from the beginning once it ran for 10 min. Kubelet's numbers.
 */
final class RestartBackOff {
  static final Duration FIRST = Duration.ofSeconds(10);
  static final Duration LONGEST = Duration.ofMinutes(5);
  static final Duration FORGIVEN = LONGEST.multipliedBy(2);

  private Duration delay = Duration.ZERO;
  private @Nullable Instant lastStart;

  /** The delay in force after an end at that time. */
  Duration delayAfter(Instant end) {
    return isForgiven(end) ? Duration.ZERO : delay;
  }

  /** Notes that the container, which ended at {@code end}, is started again. */
  void restarted(Instant end, Instant now) {
    if (delay.isZero() || isForgiven(end)) {
      delay = FIRST;
    } else {
      var doubled = delay.multipliedBy(2);
      delay = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    }
    lastStart = now;
  }

  private boolean isForgiven(Instant end) {
    return lastStart != null && Duration.between(lastStart, end).compareTo(FORGIVEN) > 0;
  }
}
