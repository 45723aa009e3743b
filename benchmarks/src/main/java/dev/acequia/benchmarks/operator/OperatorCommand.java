package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.ReportOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench operator}. */
@Command(
    name = "operator",
    description = {
      "The operator over a large fleet, on a real API server, etcd and Kafka.",
      "Only the node is pretended: Pods become ready and Jobs succeed without a process. The command"
          + " fails when a limit is missed. Takes about 40 minutes, and needs 4 GB of memory."
    })
public final class OperatorCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      description = "Only this one; may be said again: ${COMPLETION-CANDIDATES} (default: all).")
  private List<Part> parts = List.of(Part.values());

  @Option(
      names = "--pipelines",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Pipelines in the parts fleet and silent (default: ${DEFAULT-VALUE}).")
  private int pipelines;

  @Option(
      names = "--release-pipelines",
      paramLabel = "N",
      defaultValue = "200",
      description = "Pipelines in the part release (default: ${DEFAULT-VALUE}).")
  private int releasePipelines;

  @Option(
      names = "--operations",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "Suspensions, deletions and new pipelines in the part silent, each (default:"
              + " ${DEFAULT-VALUE}).")
  private int operations;

  @Option(
      names = "--idle-minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long the part fleet counts writes (default: ${DEFAULT-VALUE}).")
  private int idleMinutes;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new OperatorBenchmark(
            new OperatorBenchmark.Settings(
                parts, pipelines, releasePipelines, operations, Duration.ofMinutes(idleMinutes))));
  }
}
