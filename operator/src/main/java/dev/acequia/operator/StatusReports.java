package dev.acequia.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.ObservationReader;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes a status when it differs, once and on a fresh object, and tells of what changed by Event
 * and metric. The status last written is remembered: the informer may still hold the one before it,
 * and one's own write to a status causes no reconcile that would notice.
 */
final class StatusReports {
  private static final int CLIENT_ERROR = 4;

  private final Consumer<DataPipeline> writer;
  private final EventRecorder events;
  private final PipelineGauges gauges;
  private final Map<PipelineNames, Written> written = new ConcurrentHashMap<>();
  private volatile Predicate<PipelineNames> present = _ -> true;
  private volatile Consumer<PipelineNames> forgets = _ -> {};

  private record Written(@Nullable String uid, DataPipelineStatus status) {
    boolean isOf(DataPipeline pipeline) {
      return Objects.equals(uid, pipeline.getMetadata().getUid());
    }
  }

  StatusReports(KubernetesClient client, EventRecorder events, PipelineGauges gauges) {
    this(pipeline -> StatusPatch.write(client, pipeline), events, gauges);
  }

  /**
   * @param writer writes a pipeline's status, or throws what refuses it
   */
  StatusReports(Consumer<DataPipeline> writer, EventRecorder events, PipelineGauges gauges) {
    this.writer = writer;
    this.events = events;
    this.gauges = gauges;
  }

  /** The newest status there is. */
  @Nullable DataPipelineStatus former(DataPipeline pipeline) {
    return Optional.ofNullable(written.get(PipelineNames.of(pipeline)))
        .filter(last -> last.isOf(pipeline))
        .map(Written::status)
        .orElseGet(pipeline::getStatus);
  }

  /** Reports a pipeline whose plan was applied. */
  void report(
      DataPipeline pipeline, DataPipelineStatus status, PipelinePlan plan, Observation seen) {
    var former = former(pipeline);
    write(pipeline, former, status);
    gauges.setLoad(pipeline, former, plan, seen);
    tell(pipeline, former, status);
  }

  /** Reports a pipeline whose spec is refused, so that no plan is applied. */
  void reportRefused(DataPipeline pipeline, DataPipelineStatus status, Children children) {
    var former = former(pipeline);
    write(pipeline, former, status);
    var names = PipelineNames.of(pipeline);
    gauges.setProcesses(
        names,
        ObservationReader.api(names, children).orElse(null),
        ObservationReader.consumer(names, children).orElse(null));
    tell(pipeline, former, status);
  }

  /**
   * Reports a pipeline that is deleted. It is not expected to be ready, but its processes may run
   * on, as with a finalizer of somebody else: alerts still watch them.
   */
  void reportDeleting(DataPipeline pipeline, DataPipelineStatus status, Children children) {
    var former = former(pipeline);
    var names = PipelineNames.of(pipeline);
    write(pipeline, former, status);
    gauges.setDeleting(
        names,
        ObservationReader.api(names, children).orElse(null),
        ObservationReader.consumer(names, children).orElse(null));
    forgetGone(names);
    record(pipeline, former, status);
  }

  /**
   * Makes this the resource's status, then tells of it. A metric must not say what the resource
   * does not, and nobody who waits for the pipeline's slot may take it before the resource gives it
   * back.
   */
  void report(DataPipeline pipeline, DataPipelineStatus status) {
    var former = former(pipeline);
    write(pipeline, former, status);
    tell(pipeline, former, status);
  }

  private void write(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, DataPipelineStatus status) {
    if (status.equals(former) && status.equals(pipeline.getStatus())) {
      return;
    }
    if (holdsSlot(former) && !holdsSlot(status)) {
      giveSlotBack(pipeline, status);
    } else {
      note(pipeline, status);
    }
  }

  /**
   * Gives a slot back by this status, before the next holder's status is written. If the write
   * fails, the slot is free anyway, and the next report writes the status.
   */
  void giveSlotBack(DataPipeline pipeline, DataPipelineStatus status) {
    try {
      note(pipeline, status);
    } catch (KubernetesClientException e) {
      if (!isRefused(e)) {
        throw e; // it may have been written, or will be
      }
      remember(pipeline, status);
    }
  }

  /** Whether the API server refused a write, so that it has no effect. */
  static boolean isRefused(KubernetesClientException failure) {
    return failure.getCode() / 100 == CLIENT_ERROR;
  }

  /** Writes a status in the midst of a reconcile, without a word to anybody. */
  void note(DataPipeline pipeline, DataPipelineStatus status) {
    writer.accept(fresh(pipeline, status));
    remember(pipeline, status);
  }

  private static boolean holdsSlot(@Nullable DataPipelineStatus status) {
    return status != null
        && status.rollout() != null
        && status.rollout().state() == RolloutStatus.State.UPDATING;
  }

  /**
   * Says where it is seen that a pipeline is there.
   *
   * @param gone called for a pipeline that is no longer there
   */
  void follow(Cache<DataPipeline> pipelines, Consumer<PipelineNames> gone) {
    forgets = gone;
    present =
        names -> pipelines.get(new ResourceID(names.pipeline(), names.namespace())).isPresent();
  }

  /**
   * Ends what is kept of a pipeline that is gone. The informer's cache says so, and no cleanup: a
   * finalizer can be removed by hand.
   */
  void forgetGone(PipelineNames names) {
    if (!present.test(names)) {
      written.remove(names);
      gauges.remove(names);
      forgets.accept(names);
    }
  }

  /** Takes a status for the newest that is about to be written. */
  void remember(DataPipeline pipeline, DataPipelineStatus status) {
    written.put(PipelineNames.of(pipeline), new Written(pipeline.getMetadata().getUid(), status));
  }

  private static DataPipeline fresh(DataPipeline pipeline, DataPipelineStatus status) {
    var fresh = new DataPipeline();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(pipeline.getMetadata().getNamespace())
            .withName(pipeline.getMetadata().getName())
            .withUid(pipeline.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    return fresh;
  }

  private void tell(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, DataPipelineStatus status) {
    gauges.set(pipeline, status);
    forgetGone(PipelineNames.of(pipeline)); // it may have gone since the reconcile began
    record(pipeline, former, status);
  }

  private void record(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, DataPipelineStatus status) {
    for (var type : List.of(Conditions.READY, Conditions.STALLED)) {
      var before =
          Optional.ofNullable(former).flatMap(known -> Conditions.of(known.conditions(), type));
      Conditions.of(status.conditions(), type)
          .filter(condition -> before.filter(known -> same(known, condition)).isEmpty())
          .ifPresent(
              condition ->
                  events.record(
                      pipeline,
                      isGood(condition)
                              || Conditions.DELETING.equals(condition.getReason())
                              || (type.equals(Conditions.READY) && isEarly(before))
                          ? EventRecorder.Type.NORMAL
                          : EventRecorder.Type.WARNING,
                      isGood(condition) ? type : condition.getReason(),
                      "Reconcile",
                      condition.getMessage()));
    }
  }

  private static boolean same(Condition one, Condition other) {
    return one.getStatus().equals(other.getStatus()) && one.getReason().equals(other.getReason());
  }

  private static boolean isGood(Condition condition) {
    return condition.getType().equals(Conditions.READY) && condition.getStatus().equals("True");
  }

  /** Not being ready is no news before the first time of being so. */
  private static boolean isEarly(Optional<Condition> before) {
    return before.filter(StatusReports::isGood).isEmpty();
  }
}
