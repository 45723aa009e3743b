package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.ReportOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench sink}. */
@Command(
    name = "sink",
    description = {
      "The load from a topic into PostgreSQL.",
      "COPY from a file is the limit, Kafka Connect with Debezium's JDBC sink the peer. Takes some"
          + " minutes for each round, and about 3 GB of disk."
    })
public final class SinkCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Records in the topic (default: ${DEFAULT-VALUE}).")
  private long records;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each subject loads them (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "2013",
      description = "What the records are generated from (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--no-peers", description = "Leave out Kafka Connect.")
  private boolean noPeers;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new SinkBenchmark(new SinkBenchmark.Settings(records, rounds, seed, !noPeers)));
  }
}
