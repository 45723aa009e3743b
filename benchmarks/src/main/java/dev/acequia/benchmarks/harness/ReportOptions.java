package dev.acequia.benchmarks.harness;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that every benchmark has, and what follows from them. */
public final class ReportOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the results to this file too, as a list of JSON objects.")
  private @Nullable Path json;

  /** Runs a benchmark and shows its report: the command's exit code. */
  public int show(Benchmark benchmark) throws Exception {
    // What it is doing goes to standard error: the report can be piped on.
    var report = benchmark.run(new Progress(spec.commandLine().getErr()));
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    out.print(ReportTable.of(report));
    out.flush();
    if (json != null) {
      try {
        ReportJson.write(report, json);
      } catch (IOException e) {
        throw new CommandException("the results cannot be written to " + json + ": " + e, e);
      }
    }
    return report.checks().stream().allMatch(Check::isHeld) ? 0 : 1;
  }
}
