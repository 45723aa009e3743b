package dev.acequia.local.cli;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.letters.LetterReader;
import dev.acequia.local.cli.letters.LetterTable;
import dev.acequia.local.cli.letters.Redrive;
import dev.acequia.local.cli.letters.Selection;
import dev.acequia.local.cli.offsets.TopicReader;
import dev.acequia.local.cli.offsets.TopicState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "redrive",
    description = {
      "Send records that could not be stored back to the pipeline's topic.",
      "",
      "For when the schema or the table has been mended. Each record goes byte for byte to the "
          + "partition it stood in and keeps its coordinates: what is stored already is not stored "
          + "twice, and an old value does not replace a newer one. So this may be repeated and "
          + "interrupted. What still cannot be stored becomes a dead letter again."
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia dead-letters redrive flights --dry-run",
      "  ./acequia dead-letters redrive flights --error UnknownField --since 2d --yes"
    })
final class DeadLettersRedriveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private DeadLetterOptions options;
  @Mixin private Confirmation confirmation;

  @Option(names = "--dry-run", description = "Show what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(
      names = "--topic",
      description = "The topic that the pipeline adopted (default: NAMESPACE.PIPELINE).")
  private @Nullable String adopted;

  @Override
  public Integer call() throws InterruptedException {
    LibraryLogs.onlyErrors();
    var began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    var out = spec.commandLine().getOut();
    var pipeline = options.pipeline();
    try (var reader = options.open();
        var topics = new TopicReader(pipeline.kafka())) {
      var topic =
          topics.read(
              adopted == null ? pipeline.names().topic() : adopted,
              pipeline.names().consumerGroup());
      var chosen = sendable(reader.select(options.filter(began)), topic);
      if (dryRun && !chosen.entries().isEmpty()) {
        var table = new LetterTable(out);
        reader.forEach(chosen, table::print);
      }
      LetterTable.summary(out, chosen);
      if (chosen.entries().isEmpty()) {
        return 0;
      }
      if (dryRun) {
        out.println("Nothing was sent to " + topic.name() + ": this was a dry run.");
        return 0;
      }
      out.println("They go back to " + topic.name() + ".");
      if (!confirmation.given(out)) {
        out.println("Nothing was sent.");
        return 1;
      }
      send(reader, chosen, topic, topics);
      out.println("What still cannot be stored comes back; list it with:");
      out.println(
          "  ./acequia dead-letters list %s --since %s"
              .formatted(pipeline.inOtherCommands(), began));
      return 0;
    }
  }

  /** Leaves out what cannot be sent, and says why. */
  private Selection sendable(Selection selection, TopicState topic) {
    var out = spec.commandLine().getOut();
    var obstacles = new TreeMap<String, Long>();
    var kept = new ArrayList<Selection.Entry>();
    for (var entry : selection.entries()) {
      var obstacle = Redrive.obstacle(entry, topic);
      if (obstacle == null) {
        kept.add(entry);
      } else {
        obstacles.merge(obstacle, 1L, Long::sum);
      }
    }
    obstacles.forEach((why, count) -> out.printf("%,d are left out, %s%n", count, why));
    return new Selection(kept, selection.repeats(), selection.beyondLimit());
  }

  private void send(LetterReader reader, Selection chosen, TopicState topic, TopicReader topics)
      throws InterruptedException {
    var out = spec.commandLine().getOut();
    var ticker = new Ticker(Duration.ofSeconds(2));
    try (var redrive = Redrive.open(options.pipeline().kafka(), topic)) {
      reader.forEach(
          chosen,
          letter -> {
            redrive.send(letter);
            if (ticker.isDue()) {
              out.printf("%,d of %,d are sent%n", redrive.acknowledged(), chosen.entries().size());
              out.flush();
            }
          });
      redrive.flush();
      out.printf("%,d are sent%n", redrive.acknowledged());
      var tooLarge = redrive.tooLarge();
      if (!tooLarge.isEmpty()) {
        tooLarge.forEach(letter -> out.println("too large for the topic: " + letter));
        out.flush();
        throw new CommandException(
            "%,d are too large for %s, even compressed: raise the topic's max.message.bytes%s and run the command again, what is stored already is not stored twice"
                .formatted(
                    tooLarge.size(),
                    topic.name(),
                    topics.maxMessageBytes(topic.name()).map(" from %,d"::formatted).orElse("")));
      }
      if (redrive.acknowledged() < chosen.entries().size()) {
        throw new CommandException(
            "%,d are no longer in %s: the topic's retention has removed them"
                .formatted(
                    chosen.entries().size() - redrive.acknowledged(),
                    options.pipeline().names().deadLetterTopic()));
      }
    }
  }
}
