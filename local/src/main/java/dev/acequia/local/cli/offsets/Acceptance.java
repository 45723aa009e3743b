package dev.acequia.local.cli.offsets;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.local.CommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A wish to read on from elsewhere, checked against the topic as it is.
 *
 * @param accepted what the annotation will say
 * @param consequences what that means, a sentence for each partition
 */
public record Acceptance(AcceptedOffsets accepted, List<String> consequences) {
  public Acceptance {
    consequences = List.copyOf(consequences);
  }

  /**
   * Checks the wish.
   *
   * @param partition null for all
   * @param to {@code earliest}, {@code latest} or an offset
   * @throws CommandException when the topic has no such partition or offset
   */
  public static Acceptance of(TopicState topic, @Nullable Integer partition, String to) {
    var chosen =
        topic.partitions().stream()
            .filter(state -> partition == null || partition == state.partition())
            .toList();
    if (chosen.isEmpty()) {
      throw new CommandException(
          "topic %s has no partition %d, but 0 to %d"
              .formatted(topic.name(), partition, topic.partitions().size() - 1));
    }
    var accepted = accepted(topic, partition, to);
    if (isNumber(to) && chosen.size() > 1) {
      throw new CommandException(
          "topic %s has %d partitions, each with offsets of its own: say which with --partition"
              .formatted(topic.name(), chosen.size()));
    }
    var consequences = new ArrayList<String>();
    for (var state : chosen) {
      consequences.add(consequence(state, target(state, to)));
    }
    return new Acceptance(accepted, consequences);
  }

  private static AcceptedOffsets accepted(
      TopicState topic, @Nullable Integer partition, String to) {
    try {
      return new AcceptedOffsets(topic.id(), partition, to);
    } catch (IllegalArgumentException e) {
      throw new CommandException("--to: " + e.getMessage(), e);
    }
  }

  private static boolean isNumber(String to) {
    return !to.equals("earliest") && !to.equals("latest");
  }

  private static long target(PartitionState state, String to) {
    return switch (to) {
      case "earliest" -> state.start();
      case "latest" -> state.end();
      default -> {
        var offset = Long.parseLong(to);
        if (offset < state.start() || offset > state.end()) {
          throw new CommandException(
              "offset %d lies outside the log of partition %d, which holds %d to %d"
                  .formatted(offset, state.partition(), state.start(), state.end()));
        }
        yield offset;
      }
    };
  }

  private static String consequence(PartitionState state, long target) {
    var next =
        String.format(
            Locale.ROOT,
            "partition %d: read on from offset %d, %,d to the end",
            state.partition(),
            target,
            state.end() - target);
    var committed = state.committed();
    if (committed == null || committed < state.start() || committed > state.end()) {
      var before = target - state.start();
      return next
          + (before == 0
              ? "; nothing before it in the log"
              : String.format(
                  Locale.ROOT, "; %,d before it are skipped, unless stored already", before));
    }
    if (target > committed) {
      return next
          + String.format(Locale.ROOT, "; %,d not yet read are skipped", target - committed);
    }
    return target == committed
        ? next + "; that is where it stands"
        : next + String.format(Locale.ROOT, "; %,d are read again", committed - target);
  }
}
