package dev.acequia.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {
  @Test
  void answersTheNearestRank() {
    var latencies = new Latencies();
    for (var ms = 100; ms >= 1; ms--) {
      latencies.add(ms * 1_000_000L);
    }

    assertThat(latencies.percentile(50)).isEqualTo(50);
    assertThat(latencies.percentile(99)).isEqualTo(99);
    assertThat(latencies.percentile(100)).isEqualTo(100);
  }
}
