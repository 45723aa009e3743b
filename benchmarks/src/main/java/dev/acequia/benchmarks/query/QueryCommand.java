package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.ReportOptions;
import dev.acequia.benchmarks.serving.LoadOptions;
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
  @Mixin private LoadOptions load;

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

  @Option(names = "--no-peers", description = "Leave out pREST.")
  private boolean noPeers;

  @Override
  public Integer call() throws Exception {
    return report.show(
        new QueryBenchmark(
            new QueryBenchmark.Settings(
                rows, connections, load.rounds(), load.length(), load.warmUp(), !noPeers)));
  }
}
