package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.infer.FileProfile;
import dev.acequia.local.cli.infer.PipelineDraft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "new",
    description = {
      "Print a DataPipeline for a file of records.",
      "",
      "Reads the whole file (CSV with a header, or NDJSON; as it is or compressed by gzip or zstd) "
          + "or standard input, infers each field's type, and prints a resource that can be applied as it is. Comments say what to check."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia new sales.csv > sales.yaml && kubectl apply -f sales.yaml",
      "  ./acequia new flights-2013.csv.gz --name flights --null NA \\",
      "      --key time_hour,carrier,flight,origin | kubectl apply -f -"
    })
final class NewCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private RecordFileOptions input;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The pipeline's name (default: from the file's).")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "The pipeline's namespace (default: none, kubectl's own applies).")
  private @Nullable String namespace;

  @Option(
      names = "--key",
      paramLabel = "FIELD",
      split = ",",
      description = "The fields that identify a record; the mode is upsert then.")
  private List<String> key = new ArrayList<>();

  @Option(
      names = "--sample",
      paramLabel = "RECORDS",
      description = "Read only so many records (default: all).")
  private @Nullable Long sample;

  @Override
  public void run() {
    if (sample != null && sample < 1) {
      throw new CommandException("--sample " + sample + ": read at least 1 record");
    }
    var records = input.file();
    var dialect = input.dialect(records);
    var ticker = new Ticker(Duration.ofSeconds(5));
    var err = spec.commandLine().getErr();
    var profile =
        FileProfile.of(
            records,
            dialect,
            sample == null ? Long.MAX_VALUE : sample,
            (count, share) -> {
              if (ticker.isDue()) {
                err.println(
                    "read %,d records".formatted(count)
                        + (share == 0 ? "" : " (%.0f %%)".formatted(share * 100)));
                err.flush();
              }
            });
    var out = spec.commandLine().getOut();
    out.print(new PipelineDraft(profile, name, namespace, key).toYaml());
    out.flush();
  }
}
