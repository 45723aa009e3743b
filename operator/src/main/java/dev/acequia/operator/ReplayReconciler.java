package dev.acequia.operator;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.ForeignObject;
import dev.acequia.operator.observe.ForeignReads;
import dev.acequia.operator.observe.TopicLogs;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.Release;
import dev.acequia.operator.plan.ReplayPlan;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.status.ReplayStatus;
import dev.acequia.operator.validate.ReplayValidation;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One replay from spec to status: validate, plan, observe, status. Nothing is applied here: what is
 * planned stands in the status, and the pipeline's own reconcile takes it into the consumer's Pod
 * template. There is no finalizer: a replay that is gone is cancelled by the same reconcile.
 */
@ControllerConfiguration(name = "datapipelinereplay", fieldManager = PipelineNames.MANAGER)
final class ReplayReconciler implements Reconciler<DataPipelineReplay> {
  /** Consumers tell nobody when they commit. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** The end of the replay that runs changes the pipeline, which brings a reconcile. */
  private static final Duration LOOK_AGAIN_BEHIND = Duration.ofMinutes(1);

  /** A partition without a leader holds one of the few threads for as long as it is waited for. */
  private static final Duration LOOK_AGAIN_UNREADABLE = Duration.ofSeconds(15);

  private static final String BY_UID = "by-uid";

  private final TopicLogs logs;
  private final KafkaCalls calls;
  private final SimpleInboundEventSource<DataPipelineReplay> answers =
      new SimpleInboundEventSource<>("log-answers");
  private final ReplayReports reports;
  private final ReconcileFailures failures;
  private final Clock clock;

  ReplayReconciler(
      TopicLogs logs,
      KafkaCalls calls,
      ReplayReports reports,
      ReconcileFailures failures,
      Clock clock) {
    this.logs = logs;
    this.calls = calls;
    this.reports = reports;
    this.failures = failures;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, DataPipelineReplay>> prepareEventSources(
      EventSourceContext<DataPipelineReplay> context) {
    var replays = context.getPrimaryCache();
    replays.addIndexer(BY_UID, replay -> List.of(String.valueOf(replay.getMetadata().getUid())));
    calls.onSilence(
        () ->
            replays
                .list()
                .filter(replay -> ReplayStatus.asksKafka(reports.former(replay)))
                .map(ResourceID::fromResource)
                .forEach(answers::propagateEvent));
    var sources = new ArrayList<>(EventSources.ofReplays(context));
    sources.add(answers);
    return sources;
  }

  @Override
  public UpdateControl<DataPipelineReplay> reconcile(
      DataPipelineReplay replay, Context<DataPipelineReplay> context) {
    return inTurn(replay, () -> advance(replay, context))
        .orElseGet(
            () ->
                UpdateControl.<DataPipelineReplay>noUpdate()
                    .rescheduleAfter(ReconcileShares.PATIENCE));
  }

  /** Empty when the namespace has no turn now; the reconcile is retried. */
  private <T> Optional<T> inTurn(DataPipelineReplay replay, Supplier<T> reconcile) {
    var id = ResourceID.fromResource(replay);
    return ReconcileShares.OF_THE_PROCESS.run(replay, () -> answers.propagateEvent(id), reconcile);
  }

  private UpdateControl<DataPipelineReplay> advance(
      DataPipelineReplay replay, Context<DataPipelineReplay> context) {
    var former = reports.former(replay);
    if (ReplayStatus.hasEnded(former)) {
      return report(replay, Objects.requireNonNull(former));
    }
    var pipeline = context.getSecondaryResource(DataPipeline.class).orElse(null);
    var status = new ReplayStatus(replay, former, clock.instant());
    var refusal = ReplayValidation.of(replay, pipeline);
    if (refusal.isPresent() || pipeline == null) {
      return report(replay, status.refused(refusal.orElseThrow()));
    }
    var isPlanned = former != null && !former.partitions().isEmpty();
    var order =
        isPlanned ? inForce(PipelineNames.of(pipeline), context) : Optional.<ReplayOrder>empty();
    var running = order.flatMap(one -> running(one, status, context));
    if (running.isPresent()) {
      return report(replay, status.behind(pipeline, running.get()))
          .rescheduleAfter(LOOK_AGAIN_BEHIND);
    }
    var question =
        new TopicLogs.Question(
            replay.getMetadata().getName(),
            String.valueOf(replay.getMetadata().getUid()),
            PipelineNames.of(pipeline),
            TopicsPlan.records(pipeline),
            replay.getSpec(),
            !isPlanned);
    var reading =
        logs.read(question, () -> answers.propagateEvent(ResourceID.fromResource(replay)));
    if (reading.isEmpty()) {
      return UpdateControl.noUpdate(); // the answer brings the next reconcile
    }
    var seen = status(replay, reading.get(), status, pipeline, isPlanned, order.orElse(null));
    var control = report(replay, seen);
    return ReplayStatus.hasEnded(seen)
            || ReplayStatus.isStalled(seen)
            || calls.silentSince().isPresent()
        ? control
        : control.rescheduleAfter(
            reading.get() instanceof TopicLogs.Reading.Found ? LOOK_AGAIN : LOOK_AGAIN_UNREADABLE);
  }

  /** The framework would write the status after the reconcile, in nobody's turn. */
  private UpdateControl<DataPipelineReplay> report(
      DataPipelineReplay replay, DataPipelineReplayStatus status) {
    reports.report(replay, status);
    return UpdateControl.noUpdate();
  }

  @Override
  public ErrorStatusUpdateControl<DataPipelineReplay> updateErrorStatus(
      DataPipelineReplay replay, Context<DataPipelineReplay> context, Exception failure) {
    return failures.tell(
        replay,
        context,
        failure,
        false,
        () -> inTurn(replay, () -> reportFailure(replay, failure)));
  }

  private UpdateControl<DataPipelineReplay> reportFailure(
      DataPipelineReplay replay, Exception failure) {
    var status = new ReplayStatus(replay, reports.former(replay), clock.instant());
    return report(replay, status.failed(String.valueOf(failure.getMessage())));
  }

  private static DataPipelineReplayStatus status(
      DataPipelineReplay replay,
      TopicLogs.Reading reading,
      ReplayStatus status,
      DataPipeline pipeline,
      boolean isPlanned,
      @Nullable ReplayOrder order) {
    return switch (reading) {
      case TopicLogs.Reading.Unreadable unreadable -> status.unreadable(unreadable.message());
      case TopicLogs.Reading.Found found when isPlanned && !status.isAbout(found.log()) ->
          status.recreated(found.log());
      case TopicLogs.Reading.Found found when isPlanned ->
          status.observed(pipeline, found.log(), order);
      case TopicLogs.Reading.Found found ->
          status.planned(found.log(), ReplayPlan.of(replay.getSpec(), found.log()));
    };
  }

  /** The order in the Pod template of the pipeline's consumers. */
  private static Optional<ReplayOrder> inForce(
      PipelineNames names, Context<DataPipelineReplay> context) {
    return ForeignReads.judge(
        names.namespace(),
        ForeignObject.of(
            context.getClient(), Deployment.class, names.namespace(), names.consumerDeployment()),
        found ->
            found.flatMap(Release::of).flatMap(release -> Optional.ofNullable(release.replay())));
  }

  /** The replay that has to end before this one begins. */
  private static Optional<DataPipelineReplay> running(
      ReplayOrder order, ReplayStatus status, Context<DataPipelineReplay> context) {
    return context.getPrimaryCache().byIndex(BY_UID, order.id()).stream()
        .filter(other -> status.isBehind(order, other))
        .findFirst();
  }
}
