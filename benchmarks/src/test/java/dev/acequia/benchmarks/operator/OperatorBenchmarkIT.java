package dev.acequia.benchmarks.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Result;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The benchmark runs to its end, and no limit of a count or a size is missed. The times of so few
 * pipelines on a machine that builds say nothing.
 */
class OperatorBenchmarkIT {
  @Test
  void showsEachPartOfASmallFleet() throws Exception {
    var settings =
        new OperatorBenchmark.Settings(List.of(Part.values()), 10, 6, 2, Duration.ofSeconds(2));
    var report =
        new OperatorBenchmark(settings)
            .run(new Progress(new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
    assertThat(report.results())
        .extracting(Result::mode)
        .contains(
            "release of 6 pipelines",
            "10 pipelines made",
            "10 pipelines taken over",
            "idle",
            "deleted while Kafka is silent");
    assertThat(report.checks())
        .filteredOn(check -> !check.what().endsWith(" in ms"))
        .isNotEmpty()
        .allMatch(Check::isHeld);
  }
}
