package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "show",
    description = {
      "Show each partition's log and where the pipeline reads it.",
      "",
      "COMMITTED is the next offset to read, as the consumer last told Kafka; the store's own "
          + "offsets decide."
    },
    footer = {"", "Example:", "  ./acequia offsets show flights"})
final class OffsetsShowCommand implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private OffsetsOptions options;

  @Override
  public void run() {
    LibraryLogs.onlyErrors();
    var out = spec.commandLine().getOut();
    try (var client = options.kubernetes()) {
      var found = options.pipeline(client);
      var topic = options.topic(found);
      var partition = options.partition();
      out.println("topic " + topic.name() + ", id " + topic.id());
      out.printf("%-9s %15s %15s %15s %15s%n", "PARTITION", "START", "END", "COMMITTED", "LAG");
      for (var state : topic.partitions()) {
        if (partition == null || partition == state.partition()) {
          out.printf(
              "%-9d %15s %15s %15s %15s%n",
              state.partition(),
              number(state.start()),
              number(state.end()),
              number(state.committed()),
              number(state.lag()));
        }
      }
      stalled(found);
      out.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stalled(DataPipeline found) {
    if (found.getStatus() == null) {
      return;
    }
    for (var condition : found.getStatus().conditions()) {
      if (condition.getType().equals("Stalled") && condition.getStatus().equals("True")) {
        spec.commandLine()
            .getOut()
            .println("Stalled, " + condition.getReason() + ": " + condition.getMessage());
      }
    }
  }

  private static String number(@Nullable Long value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%,d", value);
  }
}
