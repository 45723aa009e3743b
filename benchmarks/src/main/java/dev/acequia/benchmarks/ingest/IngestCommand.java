package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.harness.ReportOptions;
import dev.acequia.benchmarks.serving.LoadOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench ingest}. */
@Command(
    name = "ingest",
    description = {
      "Records posted over HTTP into Kafka, with acks=all.",
      "A constant answer by the same Tomcat is the limit of single records, Kafka's own"
          + " ProducerPerformance that of bodies of 100. Takes about four minutes."
    })
public final class IngestCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;
  @Mixin private LoadOptions load;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "Connections of the load (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new IngestBenchmark(
            new IngestBenchmark.Settings(
                connections, load.rounds(), load.length(), load.warmUp())));
  }
}
