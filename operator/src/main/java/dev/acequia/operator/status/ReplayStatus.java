package dev.acequia.operator.status;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.crds.ReplayedPartition;
import dev.acequia.operator.plan.LogFacts;
import dev.acequia.operator.plan.ReplayPlan;
import dev.acequia.operator.validate.ReplayValidation;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A replay's status from what was seen; {@code now} only dates what changed. */
public final class ReplayStatus {
  private static final int NAMED_PARTITIONS = 10;
  private static final String WAITING = "WaitingForReplay";

  private final DataPipelineReplay replay;
  private final @Nullable DataPipelineReplayStatus former;
  private final Instant now;

  /** For one look at a replay. */
  public ReplayStatus(
      DataPipelineReplay replay, @Nullable DataPipelineReplayStatus former, Instant now) {
    this.replay = replay;
    this.former = former;
    this.now = now;
  }

  /** Whether it needs no further look: it has ended, well or not. */
  public static boolean hasEnded(@Nullable DataPipelineReplayStatus status) {
    return status != null && isTrue(status, Conditions.READY);
  }

  /** Whether it has neither ended nor waits for another. */
  public static boolean asksKafka(@Nullable DataPipelineReplayStatus status) {
    return status == null
        || Conditions.of(status.conditions(), Conditions.READY)
            .filter(ready -> "True".equals(ready.getStatus()) || WAITING.equals(ready.getReason()))
            .isEmpty();
  }

  /** Whether only a person, or a change of the pipeline, can help. */
  public static boolean isStalled(DataPipelineReplayStatus status) {
    return isTrue(status, Conditions.STALLED);
  }

  /** Whether the replay was planned for this topic. */
  public boolean isAbout(LogFacts log) {
    return former != null && log.topicId().equals(former.topicId());
  }

  /** As things are it cannot be carried out; how far it is stays as it was last seen. */
  public DataPipelineReplayStatus refused(ReplayValidation.Refusal refusal) {
    return stalled(refusal.reason(), refusal.message());
  }

  /** The operator itself did not get along; it tries again. */
  public DataPipelineReplayStatus failed(String message) {
    return keeping(Verdict.no("ReconcileFailed", message), false);
  }

  /** Kafka cannot be read; it is tried again. */
  public DataPipelineReplayStatus unreadable(String message) {
    return keeping(Verdict.no("KafkaUnreachable", message + "; it is tried again"), false);
  }

  /** The topic is not the one that the offsets were found in. */
  public DataPipelineReplayStatus recreated(LogFacts log) {
    return stalled(
        "TopicRecreated",
        "The topic was deleted and created again: its id is %s, and the replay's offsets belong to %s. Delete this replay; apply a new one if the new topic is to be replayed."
            .formatted(log.topicId(), former == null ? null : former.topicId()));
  }

  /** What a plan makes of a replay that nobody has begun. */
  public DataPipelineReplayStatus planned(LogFacts log, ReplayPlan plan) {
    return switch (plan) {
      case ReplayPlan.OutsideLog outside ->
          stalled(
              "OffsetsOutsideLog",
              String.join("; ", outside.problems())
                  + ". Delete this replay and apply a corrected one.");
      case ReplayPlan.TooEarly early ->
          keeping(
              Verdict.no(
                  "WaitingForPipeline",
                  "The pipeline's consumers have not said yet how far they are, in partitions "
                      + early.partitions()),
              false);
      case ReplayPlan.Offsets offsets when replay.getSpec().dryRun() ->
          status(
              Verdict.yes("DryRun", dryRun(offsets)),
              false,
              log.topicId(),
              0L,
              offsets.partitions());
      case ReplayPlan.Offsets offsets when offsets.partitions().isEmpty() ->
          status(
              Verdict.yes(
                  "NothingToReplay",
                  "No record that has been read before lies between spec.from and its end"),
              false,
              log.topicId(),
              0L,
              List.of());
      case ReplayPlan.Offsets offsets ->
          status(
              Verdict.no("Starting", "The consumers are about to be told"),
              false,
              log.topicId(),
              0L,
              offsets.partitions());
    };
  }

  /**
   * How far a planned replay is.
   *
   * @param order the replay order in the consumers' Pod template; null when it has none
   */
  public DataPipelineReplayStatus observed(
      DataPipeline pipeline, LogFacts log, @Nullable ReplayOrder order) {
    var progress = ReplayProgress.of(id(), planned(), log);
    var verdict =
        progress.hasEnded()
            ? Verdict.yes("Completed", "%s were read again".formatted(records(progress.done())))
            : progress.hasBegun()
                ? Verdict.no(
                    "Replaying",
                    String.format(Locale.ROOT, "%,d of ", progress.done())
                        + records(progress.total())
                        + " were read again")
                : starting(order);
    return judged(pipeline, verdict, log.topicId(), progress.done(), progress.partitions());
  }

  /**
   * A planned replay that waits for another one to end.
   *
   * @param running the other one
   */
  public DataPipelineReplayStatus behind(DataPipeline pipeline, DataPipelineReplay running) {
    var verdict =
        Verdict.no(
            WAITING,
            "Replay %1$s of the same pipeline runs, and this one begins when it has ended. To cancel it: kubectl delete -n %2$s dpr/%1$s"
                .formatted(running.getMetadata().getName(), replay.getMetadata().getNamespace()));
    return judged(pipeline, verdict, former == null ? null : former.topicId(), 0L, planned());
  }

  /**
   * Whether another replay has to end before this one begins. The operator replaces an order only
   * when its replay has ended, is deleted, or was planned for a former topic, so the consumers have
   * not seen this one's order yet.
   *
   * @param order the one in the consumers' Pod template
   * @param running the replay of that order
   */
  public boolean isBehind(ReplayOrder order, DataPipelineReplay running) {
    return former != null
        && !former.partitions().isEmpty()
        && !order.cancelled()
        && order.topicId().equals(former.topicId())
        && !order.id().equals(id())
        && !hasEnded(running.getStatus());
  }

  private DataPipelineReplayStatus judged(
      DataPipeline pipeline,
      Verdict verdict,
      @Nullable String topicId,
      long done,
      List<ReplayedPartition> partitions) {
    var stuck = verdict.isTrue() ? Optional.<Condition>empty() : stalled(pipeline);
    return status(
        stuck
            .map(
                condition ->
                    Verdict.no(
                        "PipelineStalled",
                        "The pipeline needs a person first, then the replay goes on. "
                            + condition.getMessage()))
            .orElse(verdict),
        stuck.isPresent(),
        topicId,
        done,
        partitions);
  }

  private List<ReplayedPartition> planned() {
    return former == null ? List.of() : former.partitions();
  }

  private Verdict starting(@Nullable ReplayOrder order) {
    return order != null && !order.cancelled() && order.id().equals(id())
        ? Verdict.no("Starting", "The consumers are told, and are about to begin")
        : Verdict.no("Starting", "The consumers are about to be told");
  }

  private static Optional<Condition> stalled(DataPipeline pipeline) {
    return Optional.ofNullable(pipeline.getStatus())
        .flatMap(status -> Conditions.of(status.conditions(), Conditions.STALLED))
        .filter(condition -> "True".equals(condition.getStatus()));
  }

  private static String dryRun(ReplayPlan.Offsets plan) {
    if (plan.partitions().isEmpty()) {
      return "It would read nothing: no record that has been read before lies between spec.from and"
          + " its end";
    }
    var named =
        plan.partitions().stream()
            .limit(NAMED_PARTITIONS)
            .map(
                one ->
                    "partition %d from offset %d to %d"
                        .formatted(one.partition(), one.from(), one.to()))
            .collect(Collectors.joining(", "));
    var more = plan.partitions().size() - NAMED_PARTITIONS;
    return "It would read %s again: %s%s"
        .formatted(
            records(plan.records()),
            named,
            more > 0 ? ", and %d more in status.partitions".formatted(more) : "");
  }

  private static String records(long count) {
    return String.format(Locale.ROOT, count == 1 ? "%,d record" : "%,d records", count);
  }

  private DataPipelineReplayStatus stalled(String reason, String message) {
    return keeping(Verdict.no(reason, message), true);
  }

  private DataPipelineReplayStatus keeping(Verdict ready, boolean stalled) {
    return status(
        ready,
        stalled,
        former == null ? null : former.topicId(),
        former == null ? null : former.recordsDone(),
        former == null ? List.of() : former.partitions());
  }

  private DataPipelineReplayStatus status(
      Verdict ready,
      boolean stalled,
      @Nullable String topicId,
      @Nullable Long done,
      List<ReplayedPartition> partitions) {
    var conditions =
        new Conditions(
            former == null ? List.of() : former.conditions(),
            Optional.ofNullable(replay.getMetadata().getGeneration()).orElse(0L),
            now);
    conditions.add(Conditions.READY, ready);
    if (stalled) {
      conditions.add(Conditions.STALLED, Verdict.yes(ready.reason(), ready.message()));
    }
    return new DataPipelineReplayStatus(
        replay.getMetadata().getGeneration(),
        conditions.all(),
        topicId,
        done,
        done == null
            ? null
            : Long.valueOf(partitions.stream().mapToLong(one -> one.to() - one.from()).sum()),
        partitions);
  }

  private String id() {
    return Objects.requireNonNull(replay.getMetadata().getUid());
  }

  private static boolean isTrue(DataPipelineReplayStatus status, String type) {
    return Conditions.of(status.conditions(), type)
        .filter(condition -> "True".equals(condition.getStatus()))
        .isPresent();
  }
}
