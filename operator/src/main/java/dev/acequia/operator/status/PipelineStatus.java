package dev.acequia.operator.status;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.crds.ApiStatus;
import dev.acequia.crds.ConsumerStatus;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.AccessPlan;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.ConsumerScale;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Rollout;
import dev.acequia.operator.validate.SpecValidation;
import dev.acequia.operator.validate.Violation;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A pipeline's status from what was seen; {@code now} only dates what changed. */
public final class PipelineStatus {
  private static final List<String> STAGES =
      List.of(
          Conditions.TOPIC_READY,
          Conditions.STORE_READY,
          Conditions.CONSUMER_READY,
          Conditions.API_READY,
          Conditions.PROTECTED,
          Conditions.UPDATING);

  private static final String RECONCILE_FAILED = "ReconcileFailed";

  private PipelineStatus() {}

  /** The status of a pipeline whose plan was applied, or held. */
  public static DataPipelineStatus of(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      PlatformConfig platform,
      PipelinePlan plan,
      Rollout.Step step,
      Observation seen,
      Instant now) {
    var stages = Stages.of(plan, seen, lastTopic(pipeline, former));
    var conditions = conditions(pipeline, former, now);
    var ready = ready(plan, stages);
    var stalled = lastRefusal(pipeline, former, seen.topic()).or(() -> Stages.stalled(plan, seen));
    var rollout =
        Rollout.settle(step.status(), ready.isTrue(), stalled.isPresent(), platform.rollout(), now);
    conditions.add(Conditions.READY, ready);
    stalled.ifPresent(verdict -> conditions.add(Conditions.STALLED, verdict));
    conditions.add(Conditions.TOPIC_READY, stages.topic());
    conditions.add(Conditions.STORE_READY, stages.store());
    conditions.add(Conditions.CONSUMER_READY, stages.consumer());
    conditions.add(Conditions.API_READY, stages.api());
    var access = AccessPlan.of(pipeline.getSpec());
    if (plan.isHeld() && isProtected(former)) {
      conditions.keep(Conditions.PROTECTED); // an edit of the access is not in force yet
    } else {
      conditions.add(
          Conditions.PROTECTED, Protection.of(access, platform, plan, seen, isProtected(former)));
    }
    Updates.of(step, rollout, platform.rollout())
        .ifPresent(verdict -> conditions.add(Conditions.UPDATING, verdict));
    var definition = plan.definition();
    return new DataPipelineStatus(
        pipeline.getMetadata().getGeneration(),
        conditions.all(),
        endpoint(plan.names(), platform, access.usesTls() ? "https" : "http", seen),
        plan.topics().records().name(),
        plan.migration() == null ? former == null ? null : former.store() : plan.store().identity(),
        plan.migrated() && definition != null
            ? definition.schema().hash()
            : former == null ? null : former.schemaHash(),
        plan.newestMigration() == null
            ? former == null ? null : former.migration()
            : plan.newestMigration(),
        new ConsumerStatus(
            replicas(seen.consumer()), ready(seen.consumer()), selector(plan.names())),
        new ApiStatus(replicas(seen.api()), ready(seen.api())),
        plan.migrated() && definition != null && definition.acceptedOffsets() != null
            ? pipeline.getMetadata().getAnnotations().get(AcceptedOffsets.ANNOTATION)
            : former == null ? null : former.acceptedOffsets(),
        rollout);
  }

  /** The status before, with the note that another migration is about to begin. */
  public static DataPipelineStatus beforeMigration(
      @Nullable DataPipelineStatus former, PipelinePlan plan) {
    return new DataPipelineStatus(
        former == null ? null : former.observedGeneration(),
        former == null ? List.of() : former.conditions(),
        former == null ? null : former.endpoint(),
        plan.topics().records().name(),
        plan.store().identity(),
        former == null ? null : former.schemaHash(),
        plan.newestMigration(),
        former == null ? null : former.consumer(),
        former == null ? null : former.api(),
        former == null ? null : former.acceptedOffsets(),
        former == null ? null : former.rollout());
  }

  /** The status of a spec that is refused; the stages stay as they were last seen. */
  public static DataPipelineStatus refused(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      List<Violation> violations,
      Instant now) {
    return stalled(pipeline, former, "InvalidSpec", SpecValidation.sentence(violations), now);
  }

  /** The status of what only a person can mend; the stages stay as they were last seen. */
  public static DataPipelineStatus stalled(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      String reason,
      String message,
      Instant now) {
    var conditions = conditions(pipeline, former, now);
    conditions.add(Conditions.READY, Verdict.no(reason, message));
    conditions.add(Conditions.STALLED, Verdict.yes(reason, message));
    // It takes part in no rollout until it is corrected, and holds no slot.
    return keepingStages(pipeline, former, conditions).with(atRest(former));
  }

  /** The status of a pipeline that nobody could look at for an error; it is tried again. */
  public static DataPipelineStatus failed(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      PlatformConfig platform,
      String message,
      Instant now) {
    var conditions = conditions(pipeline, former, now);
    conditions.add(Conditions.READY, Verdict.unknown(RECONCILE_FAILED, message));
    conditions.keepOfThisGeneration(Conditions.STALLED);
    var rollout = former == null ? null : former.rollout();
    return keepingStages(pipeline, former, conditions)
        .with(rollout == null ? null : Rollout.afterError(rollout, platform.rollout(), now));
  }

  /** The status from the request to delete until the last of the pipeline is gone. */
  public static DataPipelineStatus deleting(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, Instant now) {
    var conditions = conditions(pipeline, former, now);
    conditions.add(
        Conditions.READY,
        Verdict.no(
            Conditions.DELETING,
            "The pipeline is being deleted; an Event tells what cannot be removed"));
    return keepingStages(pipeline, former, conditions).with(atRest(former));
  }

  private static @Nullable RolloutStatus atRest(@Nullable DataPipelineStatus former) {
    return former == null || former.rollout() == null ? null : former.rollout().atRest();
  }

  private static Verdict ready(PipelinePlan plan, Stages stages) {
    return stages
        .firstTrouble()
        .orElseGet(
            () ->
                plan.consumerScale().stopped() != null
                    ? stages.consumer()
                    : Verdict.yes("Serving", "Records are taken in, loaded and served"));
  }

  private static @Nullable Condition lastTopic(
      DataPipeline pipeline, @Nullable DataPipelineStatus former) {
    return former == null
        ? null
        : Conditions.of(former.conditions(), Conditions.TOPIC_READY)
            .filter(known -> isOf(known, pipeline))
            .orElse(null);
  }

  /**
   * A topic that is not the pipeline's to take still is not while Kafka is asked again. With a
   * topic that is there, the name that is taken is one in Kubernetes.
   */
  private static Optional<Verdict> lastRefusal(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, TopicState topic) {
    return former == null
            || !(topic instanceof TopicState.Unanswered)
            || isTrue(former, Conditions.TOPIC_READY)
        ? Optional.empty()
        : Conditions.of(former.conditions(), Conditions.STALLED)
            .filter(known -> TopicState.Refused.REASONS.contains(known.getReason()))
            .filter(known -> isOf(known, pipeline))
            .map(Verdict::of);
  }

  private static boolean isOf(Condition known, DataPipeline pipeline) {
    return Objects.equals(known.getObservedGeneration(), pipeline.getMetadata().getGeneration());
  }

  private static Conditions conditions(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, Instant now) {
    return new Conditions(
        former == null ? List.of() : former.conditions(),
        Optional.ofNullable(pipeline.getMetadata().getGeneration()).orElse(0L),
        now);
  }

  private static DataPipelineStatus keepingStages(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, Conditions conditions) {
    STAGES.forEach(conditions::keep);
    return new DataPipelineStatus(
        pipeline.getMetadata().getGeneration(),
        conditions.all(),
        former == null ? null : former.endpoint(),
        former == null ? null : former.topic(),
        former == null ? null : former.store(),
        former == null ? null : former.schemaHash(),
        former == null ? null : former.migration(),
        former == null ? null : former.consumer(),
        former == null ? null : former.api(),
        former == null ? null : former.acceptedOffsets(),
        former == null ? null : former.rollout());
  }

  private static @Nullable String endpoint(
      PipelineNames names, PlatformConfig platform, String scheme, Observation seen) {
    return switch (platform.exposure().type()) {
      case NODE_PORT ->
          seen.nodePort() == null
              ? null
              : "%s://%s:%d".formatted(scheme, platform.exposure().host(), seen.nodePort());
      case CLUSTER_IP -> "%s://%s.%s.svc".formatted(scheme, names.service(), names.namespace());
    };
  }

  private static String selector(PipelineNames names) {
    return names.selector(Component.CONSUMER).entrySet().stream()
        .map(Objects::toString)
        .collect(Collectors.joining(","));
  }

  private static int replicas(@Nullable DeploymentState state) {
    return state == null ? 0 : state.total();
  }

  private static int ready(@Nullable DeploymentState state) {
    return state == null ? 0 : state.ready();
  }

  /** Whether the pipeline's Ready condition is True. */
  public static boolean isReady(DataPipelineStatus status) {
    return isTrue(status, Conditions.READY);
  }

  /** Whether the status is that of an error, so that nobody knows how the pipeline is. */
  public static boolean isUnseen(DataPipelineStatus status) {
    return Conditions.of(status.conditions(), Conditions.READY)
        .filter(condition -> RECONCILE_FAILED.equals(condition.getReason()))
        .isPresent();
  }

  /**
   * Since when the pipeline is known not to be ready; null while it is ready or unknown. One that
   * cannot be reconciled is no pipeline to try a new release with.
   */
  public static @Nullable String notReadySince(DataPipelineStatus status) {
    return Conditions.of(status.conditions(), Conditions.READY)
        .filter(condition -> "False".equals(condition.getStatus()) || isUnseen(status))
        .map(Condition::getLastTransitionTime)
        .orElse(null);
  }

  /** Since when no consumer has run, as the spec says; empty while some should. */
  public static Optional<Instant> stoppedSince(DataPipelineStatus status) {
    return Conditions.of(status.conditions(), Conditions.CONSUMER_READY)
        .filter(condition -> ConsumerScale.STOPPED.contains(condition.getReason()))
        .flatMap(condition -> time(condition.getLastTransitionTime()));
  }

  /** Whoever may write statuses can write anything there. */
  private static Optional<Instant> time(@Nullable String text) {
    try {
      return Optional.ofNullable(text).map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** What the pipeline's API is known to have said of a store it cannot read; null if nothing. */
  public static @Nullable String unreadable(DataPipelineStatus status) {
    return Conditions.of(status.conditions(), Conditions.API_READY)
        .map(Stages::unreadable)
        .orElse(null);
  }

  /** Whether only a person can help the pipeline. */
  public static boolean isStalled(DataPipelineStatus status) {
    return isTrue(status, Conditions.STALLED);
  }

  /** Whether the pipeline's Protected condition is True. */
  public static boolean isProtected(@Nullable DataPipelineStatus status) {
    return status != null && isTrue(status, Conditions.PROTECTED);
  }

  private static boolean isTrue(DataPipelineStatus status, String type) {
    return Conditions.of(status.conditions(), type)
        .map(Condition::getStatus)
        .filter("True"::equals)
        .isPresent();
  }
}
