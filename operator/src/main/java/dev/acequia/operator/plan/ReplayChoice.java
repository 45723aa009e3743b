package dev.acequia.operator.plan;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.ReplayedPartition;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The order in the consumer's Pod template. One replay at a time: the live order stays until its
 * replay has ended or is deleted, then the oldest that waits comes next. An order that was carried
 * out stays too, since taking it out would be a rollout for nothing.
 *
 * @param order null when there never was one
 * @param ended id of the order's replay once it has ended
 */
record ReplayChoice(@Nullable ReplayOrder order, @Nullable String ended) {

  static ReplayChoice of(
      Facts.Replays replays, @Nullable ReplayOrder live, Facts.@Nullable Topic topic) {
    if (live == null || live.cancelled() || topic == null) {
      return next(replays, live, topic).orElse(new ReplayChoice(live, null));
    }
    var own = find(replays, live.id());
    if (live.id().equals(replays.ended())
        || own.filter(ReplayChoice::hasEnded).isPresent()
        || !live.topicId().equals(topic.id())) {
      return next(replays, live, topic).orElse(new ReplayChoice(live, live.id()));
    }
    return new ReplayChoice(own.isPresent() ? live : live.cancel(), null);
  }

  private static Optional<ReplayChoice> next(
      Facts.Replays replays, @Nullable ReplayOrder live, Facts.@Nullable Topic topic) {
    return replays.resources().stream()
        .filter(replay -> waits(replay, topic))
        .filter(replay -> live == null || !live.id().equals(replay.getMetadata().getUid()))
        .min(
            Comparator.comparing(
                    (DataPipelineReplay replay) -> replay.getMetadata().getCreationTimestamp())
                .thenComparing(replay -> replay.getMetadata().getName()))
        .map(replay -> new ReplayChoice(order(replay, live == null ? null : live.id()), null));
  }

  /** Whether its offsets are known and nothing keeps it from beginning. */
  private static boolean waits(DataPipelineReplay replay, Facts.@Nullable Topic topic) {
    var status = replay.getStatus();
    return status != null
        && topic != null
        && topic.id().equals(status.topicId())
        && !status.partitions().isEmpty()
        && !replay.getSpec().dryRun()
        && !replay.isMarkedForDeletion()
        && !hasEnded(replay)
        && !has(replay, "Stalled");
  }

  private static boolean hasEnded(DataPipelineReplay replay) {
    return has(replay, "Ready");
  }

  private static boolean has(DataPipelineReplay replay, String condition) {
    return replay.getStatus() != null
        && replay.getStatus().conditions().stream()
            .anyMatch(one -> condition.equals(one.getType()) && "True".equals(one.getStatus()));
  }

  private static Optional<DataPipelineReplay> find(Facts.Replays replays, String id) {
    return replays.resources().stream()
        .filter(replay -> id.equals(replay.getMetadata().getUid()))
        .filter(replay -> !replay.isMarkedForDeletion())
        .findFirst();
  }

  private static ReplayOrder order(DataPipelineReplay replay, @Nullable String previous) {
    var status = replay.getStatus();
    return new ReplayOrder(
        replay.getMetadata().getUid(),
        previous,
        String.valueOf(status.topicId()),
        false,
        status.partitions().stream()
            .collect(Collectors.toMap(ReplayedPartition::partition, ReplayedPartition::from)),
        replay.getSpec().to() == null
            ? Map.of()
            : status.partitions().stream()
                .collect(Collectors.toMap(ReplayedPartition::partition, ReplayedPartition::to)));
  }
}
