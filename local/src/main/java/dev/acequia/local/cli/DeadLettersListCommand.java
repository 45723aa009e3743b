package dev.acequia.local.cli;

import dev.acequia.local.cli.letters.LetterJson;
import dev.acequia.local.cli.letters.LetterTable;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    description = {
      "List records that could not be stored, and why.",
      "",
      "A record that was put aside more than once is listed once, as it was put aside last."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia dead-letters list flights --since 2h",
      "  ./acequia dead-letters list flights --error UnknownField --limit 10",
      "  ./acequia dead-letters list flights --source 3:118250 -o json"
    })
final class DeadLettersListCommand implements Runnable {
  /** The forms of the output. */
  enum Output {
    TABLE,
    JSON
  }

  @Spec private CommandSpec spec;
  @Mixin private DeadLetterOptions options;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      description = "A table (default), or a line of JSON for each with all headers and the value.")
  private Output output = Output.TABLE;

  @Override
  public void run() {
    LibraryLogs.onlyErrors();
    var out = spec.commandLine().getOut();
    try (var reader = options.open()) {
      var selection = reader.select(options.filter(Instant.now()));
      switch (output) {
        case JSON -> {
          var json = new LetterJson(out);
          reader.forEach(selection, json::print);
        }
        case TABLE -> {
          if (!selection.entries().isEmpty()) {
            var table = new LetterTable(out);
            reader.forEach(selection, table::print);
          }
          LetterTable.summary(out, selection);
        }
      }
      out.flush();
    }
  }
}
