package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.ReportOptions;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code acequia bench query}. */
@Command(
    name = "query",
    description = {
      "Answers over HTTP: one record by key, and a page of 100 by an indexed filter.",
      "The bound is pgbench with the same SQL and a constant answer by the same Tomcat, one after the"
          + " other; the peer is pREST. Takes about four minutes."
    })
public final class QueryCommand implements Callable<Integer> {
  @Mixin private ReportOptions report;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Rows in the table (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "32",
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
          "Seconds that a server is asked each question before the first round (default:"
              + " ${DEFAULT-VALUE}).")
  private int warmUp;

  @Option(names = "--no-peers", description = "Leave out pREST.")
  private boolean noPeers;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new QueryBenchmark(
            new QueryBenchmark.Settings(
                rows,
                connections,
                rounds,
                Duration.ofSeconds(seconds),
                Duration.ofSeconds(warmUp),
                !noPeers)));
  }
}
