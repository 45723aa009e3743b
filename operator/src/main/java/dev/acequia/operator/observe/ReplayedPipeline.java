package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Objects;

/** A pipeline as its replays see it. */
final class ReplayedPipeline {
  private ReplayedPipeline() {}

  /**
   * Whether a change is one for its replays. There may be 10,000 of them, and whoever may write the
   * pipeline can write annotations again and again.
   */
  static boolean concernsReplays(DataPipeline now, DataPipeline before) {
    return !Objects.equals(now.getMetadata().getUid(), before.getMetadata().getUid())
        || now.isMarkedForDeletion() != before.isMarkedForDeletion()
        || !Objects.equals(now.getSpec(), before.getSpec())
        || !conditions(now).equals(conditions(before));
  }

  private static List<Seen> conditions(DataPipeline pipeline) {
    return pipeline.getStatus() == null
        ? List.of()
        : pipeline.getStatus().conditions().stream().map(Seen::of).toList();
  }

  /** What its messages count, such as Pods, changes with every step of a rollout. */
  private record Seen(String type, String status, String reason) {
    static Seen of(Condition condition) {
      return new Seen(condition.getType(), condition.getStatus(), condition.getReason());
    }
  }
}
