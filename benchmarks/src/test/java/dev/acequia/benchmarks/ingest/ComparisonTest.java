package dev.acequia.benchmarks.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void comparesWithTheLimitOfTheSameModeAndWithTheController() {
    var results =
        Comparison.of(
            List.of(
                result(Comparison.HTTP, "1", 30_000),
                result(Comparison.CONTROLLER, "1", 25_000),
                result(ProducerPerformance.NAME, "100", 500_000),
                result(Comparison.OURS, "1", 20_000),
                result(Comparison.OURS, "1, steady", 18_000),
                result(Comparison.OURS, "100", 300_000)));

    assertThat(ratio(results.get(3))).isCloseTo(2 / 3d, within(1e-6));
    assertThat(results.get(3).figure(Metric.RATIO_TO_PEER).orElseThrow().median())
        .isCloseTo(.8, within(1e-6));
    assertThat(results.get(4).figure(Metric.RATIO_TO_LIMIT).isEmpty()).isTrue();
    assertThat(ratio(results.get(5))).isCloseTo(.6, within(1e-6));
  }

  private static double ratio(Result result) {
    return result.figure(Metric.RATIO_TO_LIMIT).orElseThrow().median();
  }

  private static Result result(String subject, String mode, double rate) {
    return new Result(subject, mode, Map.of(Metric.PER_SECOND, Spread.of(rate)));
  }
}
