package dev.acequia.benchmarks;

import dev.acequia.benchmarks.faults.FaultsCommand;
import dev.acequia.benchmarks.ingest.IngestCommand;
import dev.acequia.benchmarks.operator.OperatorCommand;
import dev.acequia.benchmarks.query.QueryCommand;
import dev.acequia.benchmarks.sink.SinkCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The benchmarks, each a command of its own. */
@Command(
    name = "bench",
    description = "Measure Acequia against its limits and its peers, in one run on this machine.",
    synopsisSubcommandLabel = "NAME",
    commandListHeading = "%nBenchmarks:%n",
    subcommands = {
      SinkCommand.class,
      QueryCommand.class,
      IngestCommand.class,
      OperatorCommand.class,
      FaultsCommand.class
    })
public final class BenchCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
