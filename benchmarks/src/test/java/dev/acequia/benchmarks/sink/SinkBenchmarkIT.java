package dev.acequia.benchmarks.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Result;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The benchmark runs to its end. The figures of so few records say nothing. */
class SinkBenchmarkIT {
  @Test
  void loadsTheRecordsByEachSubject() throws Exception {
    var settings = new SinkBenchmark.Settings(5_000, 1, 2013, false);
    var report =
        new SinkBenchmark(settings)
            .run(new Progress(new PrintWriter(System.out, true, StandardCharsets.UTF_8)));
    assertThat(report.results())
        .extracting(Result::subject)
        .contains("COPY binary from a file", "Acequia", "Acequia, a trickle of records");
  }
}
