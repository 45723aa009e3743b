package dev.acequia.benchmarks.query;

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
  void boundsByWhatDatabaseAndHttpTakeTogether() {
    var results =
        Comparison.of(
            List.of(
                result(Comparison.DATABASE, 30_000),
                result(Comparison.HTTP, 60_000),
                result(Prest.NAME, 5_000),
                result(Comparison.OURS, 16_000)));

    var bound = results.get(2);
    assertThat(bound.subject()).isEqualTo(Comparison.BOUND);
    assertThat(rate(bound, Metric.PER_SECOND)).isCloseTo(20_000, within(1e-6));
    var ours = results.getLast();
    assertThat(rate(ours, Metric.RATIO_TO_LIMIT)).isCloseTo(.8, within(1e-6));
    assertThat(rate(ours, Metric.RATIO_TO_PEER)).isCloseTo(3.2, within(1e-6));
  }

  private static double rate(Result result, Metric metric) {
    return result.figure(metric).orElseThrow().median();
  }

  private static Result result(String subject, double rate) {
    return new Result(subject, "by key", Map.of(Metric.PER_SECOND, Spread.of(rate)));
  }
}
