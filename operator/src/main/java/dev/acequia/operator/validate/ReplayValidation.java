package dev.acequia.operator.validate;

import dev.acequia.contract.LoadMode;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.ReplayTime;
import dev.acequia.operator.plan.TopicsPlan;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a replay makes sense for the pipeline that it names. */
public final class ReplayValidation {
  private ReplayValidation() {}

  /**
   * Why a replay cannot be carried out as things are.
   *
   * @param reason for the condition
   * @param message what to do, for a person
   */
  public record Refusal(String reason, String message) {}

  /**
   * The first reason there is, empty when there is none.
   *
   * @param pipeline null when there is none of that name
   */
  public static Optional<Refusal> of(DataPipelineReplay replay, @Nullable DataPipeline pipeline) {
    var spec = replay.getSpec();
    if (pipeline == null || pipeline.isMarkedForDeletion()) {
      return refusal(
          "PipelineNotFound",
          "There is no DataPipeline '%s' in namespace %s%s. Create it, or delete this replay."
              .formatted(
                  spec.pipeline(),
                  replay.getMetadata().getNamespace(),
                  pipeline == null ? "" : " any more"));
    }
    if (spec.to() != null && pipeline.getSpec().consumer().mode() == LoadMode.UPSERT) {
      return refusal(
          "EndInUpsertMode",
          "spec.to is for mode append: in mode upsert a replay that stops early would leave older"
              + " values, and rows that were deleted since. Delete this replay and apply one without"
              + " to.");
    }
    var times = times(replay);
    if (times.isPresent()) {
      return times;
    }
    if (TopicsPlan.adopted(pipeline.getSpec()).isPresent() && !holdsItsTopic(pipeline)) {
      return refusal(
          "TopicNotHeld",
          "The pipeline does not have the topic that it adopts; its condition TopicReady says why."
              + " The replay goes on once it has.");
    }
    if (pipeline.getSpec().suspend()) {
      return refusal(
          "PipelineSuspended",
          "The pipeline is suspended and reads nothing. Set spec.suspend of the DataPipeline to"
              + " false; the replay goes on then.");
    }
    if (pipeline.getSpec().consumer().replicas() == 0) {
      return refusal(
          "NoConsumers",
          "The pipeline has no consumers. Run: kubectl scale -n %s dp/%s --replicas=1; the replay goes on then."
              .formatted(replay.getMetadata().getNamespace(), spec.pipeline()));
    }
    return Optional.empty();
  }

  /** Anyone can name a topic. The operator tells nothing of one that the pipeline was refused. */
  private static boolean holdsItsTopic(DataPipeline pipeline) {
    return pipeline.getStatus() != null
        && pipeline.getStatus().conditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("TopicReady")
                        && !condition.getStatus().equals("False"));
  }

  /** The API server has seen to their form. */
  private static Optional<Refusal> times(DataPipelineReplay replay) {
    try {
      if (replay.getSpec().from().time() != null) {
        ReplayTime.parse(replay.getSpec().from().time());
      }
      if (replay.getSpec().to() != null && replay.getSpec().to().time() != null) {
        ReplayTime.parse(replay.getSpec().to().time());
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return refusal(
          "InvalidSpec", e.getMessage() + ". Delete this replay and apply a corrected one.");
    }
  }

  private static Optional<Refusal> refusal(String reason, String message) {
    return Optional.of(new Refusal(reason, message));
  }
}
