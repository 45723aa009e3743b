package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class RestartBackOffTest {
  private final RestartBackOff backOff = new RestartBackOff();
  private Instant now = Instant.parse("2026-11-01T00:00:00Z");

  @Test
  void doublesUpToFiveMinutes() {
    var delays = new ArrayList<Long>();
    for (var i = 0; i < 8; i++) {
      delays.add(crashAfter(Duration.ofSeconds(1)).toSeconds());
    }
    assertThat(delays).containsExactly(0L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
  }

  @Test
  void beginsAnewAfterARunOfTenMinutes() {
    crashAfter(Duration.ofSeconds(1));
    crashAfter(Duration.ofSeconds(1));
    assertThat(crashAfter(Duration.ofMinutes(9))).hasSeconds(20);
    assertThat(crashAfter(Duration.ofMinutes(11))).isZero();
    assertThat(crashAfter(Duration.ofSeconds(1))).hasSeconds(10);
  }

  private Duration crashAfter(Duration run) {
    var end = now.plus(run);
    var delay = backOff.delayAfter(end);
    now = end.plus(delay);
    backOff.restarted(end, now);
    return delay;
  }
}
