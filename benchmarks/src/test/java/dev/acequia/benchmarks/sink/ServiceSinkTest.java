package dev.acequia.benchmarks.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceSinkTest {
  private static Result result(String subject, String mode, double cpu, double rss) {
    return new Result(
        subject,
        mode,
        Map.of(
            Metric.CPU_SECONDS_PER_MILLION, Spread.of(cpu), Metric.PEAK_RSS_MIB, Spread.of(rss)));
  }

  @Test
  void dividesByTheLoopInTheSameMode() {
    var compared =
        ServiceSink.compared(
            List.of(
                result("Acequia", "append, stub", 60, 200),
                result("plain loop of the SDK", "append, stub", 50, 150),
                result("plain loop of the SDK", "upsert, stub", 10, 150)));
    assertThat(compared.getFirst().figure(Metric.CPU_RATIO)).contains(Spread.of(1.2));
    assertThat(compared.getLast().figure(Metric.CPU_RATIO)).isEmpty();
  }

  @Test
  void checksCpuOnTheStubAloneAndMemoryEverywhere() {
    var checks =
        ServiceSink.checks(
            List.of(
                result("Acequia", "append, stub", 70, 200),
                result("plain loop of the SDK", "append, stub", 50, 150),
                result("Acequia", "append, double", 90, 500),
                result("plain loop of the SDK", "append, double", 50, 900)));
    assertThat(checks).hasSize(3);
    assertThat(checks.stream().filter(check -> !check.isHeld()))
        .extracting(Check::what)
        .containsExactly("CPU in % of the loop's, append, stub", "peak RSS in MiB, append, double");
  }
}
