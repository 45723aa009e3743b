package dev.acequia.operator;

import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.status.Conditions;
import dev.acequia.operator.status.ReplayStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** For replays what {@link StatusReports} is for pipelines. */
final class ReplayReports {
  private final Consumer<DataPipelineReplay> writer;
  private final EventRecorder events;
  private final Map<ResourceID, Written> written = new ConcurrentHashMap<>();

  private record Written(String uid, DataPipelineReplayStatus status) {}

  ReplayReports(KubernetesClient client, EventRecorder events) {
    this.writer = replay -> StatusPatch.write(client, replay);
    this.events = events;
  }

  /** The newest status there is. */
  @Nullable DataPipelineReplayStatus former(DataPipelineReplay replay) {
    return Optional.ofNullable(written.get(ResourceID.fromResource(replay)))
        .filter(last -> last.uid().equals(uid(replay)))
        .map(Written::status)
        .orElseGet(replay::getStatus);
  }

  /** Makes this the resource's status, then tells of it. */
  void report(DataPipelineReplay replay, DataPipelineReplayStatus status) {
    var former = former(replay);
    if (!status.equals(former) || !status.equals(replay.getStatus())) {
      writer.accept(fresh(replay, status));
      written.put(ResourceID.fromResource(replay), new Written(uid(replay), status));
    }
    tell(replay, former, status);
  }

  private static DataPipelineReplay fresh(
      DataPipelineReplay replay, DataPipelineReplayStatus status) {
    var fresh = new DataPipelineReplay();
    fresh.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(replay.getMetadata().getNamespace())
            .withName(replay.getMetadata().getName())
            .withUid(replay.getMetadata().getUid())
            .build());
    fresh.setStatus(status);
    return fresh;
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
