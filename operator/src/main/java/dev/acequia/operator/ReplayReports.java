package dev.acequia.operator;

import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.status.Conditions;
import dev.acequia.operator.status.ReplayStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** For replays what {@link StatusReports} is for pipelines. */
final class ReplayReports {
  private final EventRecorder events;
  private final Map<ResourceID, Written> written = new ConcurrentHashMap<>();

  private record Written(String uid, DataPipelineReplayStatus status) {}

  ReplayReports(EventRecorder events) {
    this.events = events;
  }

  /** The newest status there is. */
  @Nullable DataPipelineReplayStatus former(DataPipelineReplay replay) {
    return Optional.ofNullable(written.get(ResourceID.fromResource(replay)))
        .filter(last -> last.uid().equals(uid(replay)))
        .map(Written::status)
        .orElseGet(replay::getStatus);
  }

  /** The write that makes this the resource's status, or none. */
  UpdateControl<DataPipelineReplay> report(
      DataPipelineReplay replay, DataPipelineReplayStatus status) {
    tell(replay, former(replay), status);
    if (status.equals(former(replay)) && status.equals(replay.getStatus())) {
      return UpdateControl.noUpdate();
    }
    written.put(ResourceID.fromResource(replay), new Written(uid(replay), status));
    var fresh = new DataPipelineReplay();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(replay.getMetadata().getNamespace())
            .withName(replay.getMetadata().getName())
            .build());
    fresh.setStatus(status);
    return UpdateControl.patchStatus(fresh);
  }

  /** Ends what is kept of a replay that is gone. */
  void forget(ResourceID replay) {
    written.remove(replay);
  }

  private void tell(
      DataPipelineReplay replay,
      @Nullable DataPipelineReplayStatus former,
      DataPipelineReplayStatus status) {
    var before = reason(former);
    ready(status)
        .filter(condition -> !condition.getReason().equals(before))
        .ifPresent(
            condition ->
                events.record(
                    replay,
                    ReplayStatus.isStalled(status)
                        ? EventRecorder.Type.WARNING
                        : EventRecorder.Type.NORMAL,
                    condition.getReason(),
                    "Replay",
                    condition.getMessage()));
  }

  private static @Nullable String reason(@Nullable DataPipelineReplayStatus status) {
    return status == null ? null : ready(status).map(Condition::getReason).orElse(null);
  }

  private static Optional<Condition> ready(DataPipelineReplayStatus status) {
    return Conditions.of(status.conditions(), Conditions.READY);
  }

  private static String uid(DataPipelineReplay replay) {
    return String.valueOf(replay.getMetadata().getUid());
  }
}
