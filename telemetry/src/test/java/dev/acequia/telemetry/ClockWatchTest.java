package dev.acequia.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
  private Instant now = Instant.parse("2026-03-29T01:00:00Z");
  private long nanos = Long.MAX_VALUE - 1_000;
  private final ClockWatch watch = new ClockWatch(() -> now, () -> nanos);

  @Test
  void timeThatPassesIsNoStep() {
    pass(Duration.ofDays(400));
    assertThat(watch.setBack()).isEmpty();
  }

  @Test
  void aStepBackIsFoundWheneverItIsLookedFor() {
    pass(Duration.ofMinutes(5));
    assertThat(watch.setBack()).isEmpty();
    now = now.minus(Duration.ofHours(25));
    assertThat(watch.setBack()).contains(Duration.ofHours(25));
    pass(Duration.ofHours(20));
    assertThat(watch.setBack()).contains(Duration.ofHours(25));
  }

  @Test
  void aStepForwardNeedsNothingUntilItIsTakenBack() {
    now = now.plus(Duration.ofHours(25));
    assertThat(watch.setBack()).isEmpty();
    pass(Duration.ofSeconds(1));
    now = now.minus(Duration.ofHours(25));
    assertThat(watch.setBack()).contains(Duration.ofHours(25));
  }

  @Test
  void littleStepsOfATimeServiceAreTolerated() {
    now = now.minus(ClockWatch.TOLERATED);
    assertThat(watch.setBack()).isEmpty();
    now = now.minusMillis(1);
    assertThat(watch.setBack()).isPresent();
  }

  private void pass(Duration time) {
    now = now.plus(time);
    nanos += time.toNanos();
  }
}
