package dev.acequia.benchmarks.operator;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.WorkFolder;
import dev.acequia.local.CommandException;
import dev.acequia.servers.ControlPlane;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.utils.AppInfoParser;

/** Shows the wanted parts, on one cluster whose fleet grows. */
final class OperatorBenchmark implements Benchmark {
  private final Settings settings;

  /**
   * What to do.
   *
   * @param pipelines in the parts fleet and silent
   * @param releasePipelines in the part release
   * @param operations of each kind in the part silent
   * @param idle how long the part fleet counts writes
   */
  record Settings(
      List<Part> parts, int pipelines, int releasePipelines, int operations, Duration idle) {
    Settings {
      parts = List.copyOf(parts);
      if (pipelines < 2 * operations) {
        throw new CommandException(
            "--pipelines is %d, but --operations %d suspends and deletes %d of them: raise the one or lower the other"
                .formatted(pipelines, operations, 2 * operations));
      }
    }
  }

  OperatorBenchmark(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    var findings = new Findings(progress);
    progress.say("starting etcd, kube-apiserver, kube-controller-manager and Kafka");
    var folder = WorkFolder.create("operator");
    var isHeld = false;
    try (var cluster = BenchCluster.open(folder.path());
        var fleet = new PipelineFleet(cluster, progress)) {
      for (var part : Part.values()) {
        if (settings.parts().contains(part)) {
          show(part, cluster, fleet, findings);
        }
      }
      isHeld = findings.checks().stream().allMatch(Check::isHeld);
    } finally {
      if (!isHeld) {
        progress.say("the logs are in %s", folder.path());
      }
    }
    if (isHeld) {
      folder.delete();
    }
    return new Report(
        "The operator over a fleet",
        List.of(
            "machine: %d cores, %s %s"
                .formatted(
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("os.name"),
                    System.getProperty("os.arch")),
            "Java %s, Kubernetes %s, Kafka %s; the node is pretended"
                .formatted(Runtime.version(), ControlPlane.VERSION, AppInfoParser.getVersion()),
            String.format(
                Locale.ROOT,
                "pipelines of %d fields; p50 and p99: from the request to what a watch sees of it",
                PipelineFleet.FIELDS)),
        findings.results(),
        findings.checks());
  }

  private void show(Part part, BenchCluster cluster, PipelineFleet fleet, Findings findings)
      throws Exception {
    switch (part) {
      case RELEASE -> new ReleasePart(cluster, fleet, findings).show(settings.releasePipelines());
      case FLEET ->
          new FleetPart(cluster, fleet, findings).show(settings.pipelines(), settings.idle());
      case SILENT ->
          new SilentPart(cluster, fleet, findings)
              .show(settings.pipelines(), settings.operations());
    }
  }
}
