package dev.acequia.stores.dynamodb.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final AtomicLong now = new AtomicLong();
  private final List<Integer> heard = new ArrayList<>();
  private final Pace pace = new Pace(32, now::get, heard::add);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void halvesOnceForAllThatAreThrottledTogether() {
    for (var i = 0; i < 32; i++) {
      pace.throttled();
    }
    assertThat(pace.limit()).isEqualTo(16);
    pass(Duration.ofSeconds(1));
    pace.throttled();
    assertThat(pace.limit()).isEqualTo(8);
  }

  @Test
  void saysOnceAMinuteThatItSlowsDown() {
    for (var second = 0; second < 61; second++) {
      pace.throttled();
      pass(Duration.ofSeconds(1));
    }
    assertThat(heard).containsExactly(16, 1);
  }

  @Test
  void neverStops() {
    for (var i = 0; i < 100; i++) {
      pace.throttled();
      pass(Duration.ofSeconds(1));
    }
    assertThat(pace.limit()).isEqualTo(1);
  }

  @Test
  void growsByOneForAsManySuccessesAsThereAreCalls() {
    pace.throttled();
    for (var i = 0; i < 17; i++) {
      pace.succeeded();
    }
    assertThat(pace.limit()).isEqualTo(17);
    for (var i = 0; i < 10_000; i++) {
      pace.succeeded();
    }
    assertThat(pace.limit()).isEqualTo(32);
  }
}
