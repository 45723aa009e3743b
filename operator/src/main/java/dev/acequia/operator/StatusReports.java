package dev.acequia.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.status.Conditions;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a status when it differs, once and on a fresh object, and tells of what changed by Event
 * and metric. The status last written is remembered: the informer may still hold the one before it,
 * and one's own write to a status causes no reconcile that would notice.
 */
final class StatusReports {
  private final EventRecorder events;
  private final PipelineGauges gauges;
  private final Map<String, DataPipelineStatus> written = new ConcurrentHashMap<>();

  StatusReports(EventRecorder events, PipelineGauges gauges) {
    this.events = events;
    this.gauges = gauges;
  }

  /** The newest status there is. */
  @Nullable DataPipelineStatus former(DataPipeline pipeline) {
    return Optional.ofNullable(written.get(uid(pipeline))).orElseGet(pipeline::getStatus);
  }

  /** The write that makes this the resource's status, or none. */
  UpdateControl<DataPipeline> report(DataPipeline pipeline, DataPipelineStatus status) {
    var former = former(pipeline);
    gauges.set(pipeline, status);
    tell(pipeline, former, status);
    if (status.equals(former) && status.equals(pipeline.getStatus())) {
      return UpdateControl.noUpdate();
    }
    written.put(uid(pipeline), status);
    var fresh = new DataPipeline();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(pipeline.getMetadata().getNamespace())
            .withName(pipeline.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh);
  }

  /** Ends what is kept of a pipeline that is gone. */
  void forget(DataPipeline pipeline) {
    written.remove(uid(pipeline));
    gauges.remove(pipeline);
  }

  private void tell(
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

  private static String uid(DataPipeline pipeline) {
    return String.valueOf(pipeline.getMetadata().getUid());
  }
}
