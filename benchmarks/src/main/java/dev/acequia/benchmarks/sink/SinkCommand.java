package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.ReportOptions;
import dev.acequia.benchmarks.harness.StoreChoice;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench sink}. */
@Command(
    name = "sink",
    description = {
      "The load from a topic into a store.",
      "In PostgreSQL, COPY from a file is the limit, Kafka Connect with Debezium's JDBC sink the peer. "
          + "Takes some minutes for each round, and about 3 GB of disk.",
      "In DynamoDB and BigQuery, a plain loop of the service's own client is the limit: both load "
          + "into a stub that takes rows at once, and into what stands in for the service. The "
          + "command fails when Acequia takes more than 1.25 of the loop's CPU time on the stub, or "
          + "more than 400 MiB."
    })
public final class SinkCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--store",
      paramLabel = "KIND",
      defaultValue = "postgres",
      description = "Where the records go: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private StoreChoice store = StoreChoice.POSTGRES;

  @Option(
      names = "--records",
      paramLabel = "N",
      description =
          "Records in the topic (default: 2000000 for PostgreSQL, 300000 for DynamoDB, 3000000 for "
              + "BigQuery).")
  private @Nullable Long records;

  @Option(
      names = "--double-records",
      paramLabel = "N",
      description =
          "Records for what stands in for the service (default: 2000 for DynamoDB, 10000 for "
              + "BigQuery).")
  private @Nullable Long recordsOfDouble;

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
        switch (store) {
          case POSTGRES ->
              new SinkBenchmark(
                  new SinkBenchmark.Settings(or(records, 2_000_000), rounds, seed, !noPeers));
          case DYNAMODB -> new ServiceSink(DynamoService::new, settings(300_000, 2_000));
          case BIGQUERY -> new ServiceSink(BigQueryService::new, settings(3_000_000, 10_000));
        });
  }

  private ServiceSink.Settings settings(long ofStub, long ofDouble) {
    return new ServiceSink.Settings(
        or(records, ofStub), or(recordsOfDouble, ofDouble), rounds, seed);
  }

  private static long or(@Nullable Long given, long otherwise) {
    return given == null ? otherwise : given;
  }
}
