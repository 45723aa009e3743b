package dev.acequia.benchmarks.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static Result rate(String subject, String mode, double median) {
    return new Result(subject, mode, Map.of(Metric.PER_SECOND, Spread.of(median)));
  }

  @Test
  void comparesWithBinaryCopyAndWithTheBestPeerOfTheSameMode() {
    var compared =
        Comparison.of(
            List.of(
                rate("COPY binary from a file", "append", 600),
                rate("COPY text from a file", "append", 500),
                rate("Kafka Connect, Debezium JDBC sink", "append", 60),
                rate("Kafka Connect, Debezium JDBC sink, unnest", "append", 75),
                rate("Kafka Connect, Debezium JDBC sink", "upsert", 50),
                rate("Acequia", "append", 450),
                rate("Acequia", "upsert", 300)));
    assertThat(compared)
        .extracting(result -> result.figure(Metric.RATIO_TO_LIMIT).map(Spread::median).orElse(0.))
        .containsExactly(1., 500 / 600., .1, .125, 50 / 600., .75, .5);
    assertThat(compared)
        .extracting(result -> result.figure(Metric.RATIO_TO_PEER).map(Spread::median).orElse(0.))
        .containsExactly(0., 0., 0., 0., 0., 6., 6.);
  }
}
