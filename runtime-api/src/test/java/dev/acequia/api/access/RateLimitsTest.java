package dev.acequia.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RateLimitsTest {
  private static final long SECOND = 1_000_000_000L;

  private long now = Long.MAX_VALUE - SECOND / 2; // the clock may overflow on the way

  private RateLimits limits(int rate, int burst) {
    return new RateLimits(rate, burst, () -> now);
  }

  private static long granted(RateLimits limits, String client, int tries) {
    return IntStream.range(0, tries).filter(_ -> limits.take(client).granted()).count();
  }

  @Test
  void grantsABurstAndThenTheRate() {
    var limits = limits(10, 20);
    assertThat(granted(limits, "a", 100)).isEqualTo(20);
    now += SECOND;
    assertThat(granted(limits, "a", 100)).isEqualTo(10);
    now += SECOND / 10;
    assertThat(granted(limits, "a", 100)).isEqualTo(1);
    now += 1000 * SECOND;
    assertThat(granted(limits, "a", 100)).isEqualTo(20);
  }

  @Test
  void saysHowMuchIsLeftAndWhenToComeBack() {
    var limits = limits(1, 3);
    assertThat(limits.policy()).isEqualTo("\"client\";q=3;w=3");
    assertThat(limits.take("a")).isEqualTo(new RateLimits.Verdict(true, 2, 1));
    assertThat(limits.take("a")).isEqualTo(new RateLimits.Verdict(true, 1, 2));
    assertThat(limits.take("a")).isEqualTo(new RateLimits.Verdict(true, 0, 3));
    assertThat(limits.take("a")).isEqualTo(new RateLimits.Verdict(false, 0, 1));
    now += SECOND;
    assertThat(limits.take("a").granted()).isTrue();
  }

  @Test
  void oneClientsGreedIsNotAnothersLoss() {
    var limits = limits(5, 5);
    assertThat(granted(limits, "greedy", 1000)).isEqualTo(5);
    assertThat(granted(limits, "modest", 5)).isEqualTo(5);
  }

  @Test
  void aMillionAddressesTakeNoMoreMemoryThanTheBound() {
    var limits = limits(5, 5);
    var grants = IntStream.range(0, 1_000_000).filter(i -> limits.take("c" + i).granted()).count();
    assertThat(limits.size()).isEqualTo(RateLimits.MAX_CLIENTS);
    // Beyond the bound all share what one may have.
    assertThat(grants).isEqualTo(RateLimits.MAX_CLIENTS + 5);

    now += 2 * SECOND; // all of them are as good as new, and make room
    assertThat(granted(limits, "late", 10)).isEqualTo(5);
    assertThat(limits.size()).isEqualTo(1);
  }

  @Test
  void takesTheHighestRateThereIs() {
    assertThat(granted(limits(1_000_000, 1_000_000), "a", 1_000_001)).isEqualTo(1_000_000);
  }
}
