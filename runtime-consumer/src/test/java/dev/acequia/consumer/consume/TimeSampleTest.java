package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeSampleTest {
  private final TimeSample sample = new TimeSample();

  @Test
  void keepsAllOfAFew() {
    for (var time = 5; time < 8; time++) {
      sample.add(time);
    }
    assertThat(sample.times()).containsExactly(5L, 6L, 7L);
  }

  @ParameterizedTest
  @ValueSource(ints = {TimeSample.MOST + 1, 3 * TimeSample.MOST, 1_000_000})
  void spreadsEvenlyOverMany(int count) {
    for (var time = 0; time < count; time++) {
      sample.add(time);
    }
    var times = sample.times().toArray();
    assertThat(times.length).isBetween(TimeSample.MOST / 2, TimeSample.MOST);
    var every = times[1] - times[0];
    for (var i = 0; i < times.length; i++) {
      assertThat(times[i]).isEqualTo(i * every);
    }
    assertThat(times[times.length - 1] + every).isGreaterThanOrEqualTo(count);
  }

  @Test
  void beginsAnew() {
    for (var time = 0; time < 10_000; time++) {
      sample.add(time);
    }
    sample.clear();
    assertThat(sample.times()).isEmpty();
    sample.add(3);
    sample.add(4);
    assertThat(sample.times()).containsExactly(3L, 4L);
  }
}
