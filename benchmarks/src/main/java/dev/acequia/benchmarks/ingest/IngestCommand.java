package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.harness.ReportOptions;
import java.time.Duration;
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
          + " ProducerPerformance that of bodies of 100. Takes about three minutes."
    })
public final class IngestCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "Connections of the load (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each subject is measured (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "For how long, each time (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "12",
      description =
          "Seconds that a server is sent each kind of body before the first round (default:"
              + " ${DEFAULT-VALUE}).")
  private int warmUp;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new IngestBenchmark(
            new IngestBenchmark.Settings(
                connections, rounds, Duration.ofSeconds(seconds), Duration.ofSeconds(warmUp))));
  }
}
