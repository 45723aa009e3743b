package dev.acequia.operator;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplayStatus;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.TopicLogs;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.Release;
import dev.acequia.operator.plan.ReplayPlan;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.status.ReplayStatus;
import dev.acequia.operator.validate.ReplayValidation;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replay from spec to status: validate, plan, observe, status. Nothing is applied here: what is
 * planned stands in the status, and the pipeline's own reconcile takes it into the consumer's Pod
 * template. There is no finalizer: a replay that is gone is cancelled by the same reconcile.
 */
@ControllerConfiguration(name = "datapipelinereplay", fieldManager = PipelineNames.MANAGER)
final class ReplayReconciler implements Reconciler<DataPipelineReplay> {
  /** Consumers tell nobody when they commit. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /** Of a replay that waits for another: the other's end changes the pipeline, which tells. */
  private static final Duration LOOK_AGAIN_IN_LINE = Duration.ofSeconds(15);

  /** Conflicts and the like pass; a failure that stays is told. */
  private static final int QUIET_RETRIES = 2;

  private static final Logger log = LoggerFactory.getLogger(ReplayReconciler.class);

  private final TopicLogs logs;
  private final KafkaCalls calls;
  private final SimpleInboundEventSource<DataPipelineReplay> answers =
      new SimpleInboundEventSource<>("log-answers");
  private final ReplayReports reports;
  private final Clock clock;

  ReplayReconciler(TopicLogs logs, KafkaCalls calls, ReplayReports reports, Clock clock) {
    this.logs = logs;
    this.calls = calls;
    this.reports = reports;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, DataPipelineReplay>> prepareEventSources(
      EventSourceContext<DataPipelineReplay> context) {
    var replays = context.getPrimaryCache();
    calls.onSilence(
        () -> replays.list().map(ResourceID::fromResource).forEach(answers::propagateEvent));
    var sources = new ArrayList<>(EventSources.ofReplays(context));
    sources.add(answers);
    return sources;
  }

  @Override
  public UpdateControl<DataPipelineReplay> reconcile(
      DataPipelineReplay replay, Context<DataPipelineReplay> context) {
    var former = reports.former(replay);
    if (ReplayStatus.hasEnded(former)) {
      return reports.report(replay, Objects.requireNonNull(former), context);
    }
    var pipeline = context.getSecondaryResource(DataPipeline.class).orElse(null);
    var status = new ReplayStatus(replay, former, clock.instant());
    var refusal = ReplayValidation.of(replay, pipeline);
    if (refusal.isPresent() || pipeline == null) {
      return reports.report(replay, status.refused(refusal.orElseThrow()), context);
    }
    var isPlanned = former != null && !former.partitions().isEmpty();
    logs.retain(
        context
            .getPrimaryCache()
            .list()
            .map(one -> String.valueOf(one.getMetadata().getUid()))
            .collect(Collectors.toSet()));
    var question =
        new TopicLogs.Question(
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
    var seen = status(replay, reading.get(), status, pipeline, isPlanned, context);
    var control = reports.report(replay, seen, context);
    return ReplayStatus.hasEnded(seen)
            || ReplayStatus.isStalled(seen)
            || calls.silentSince().isPresent()
        ? control
        : control.rescheduleAfter(
            ReplayStatus.waitsForAnother(seen) ? LOOK_AGAIN_IN_LINE : LOOK_AGAIN);
  }

  @Override
  public ErrorStatusUpdateControl<DataPipelineReplay> updateErrorStatus(
      DataPipelineReplay replay, Context<DataPipelineReplay> context, Exception failure) {
    if (Gone.is(replay, context, failure)) {
      log.info(
          "DataPipelineReplay {}/{} is gone",
          replay.getMetadata().getNamespace(),
          replay.getMetadata().getName());
      return ErrorStatusUpdateControl.<DataPipelineReplay>noStatusUpdate().withNoRetry();
    }
    if (ReconcileGate.isClosedTo(failure)
        || context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0) < QUIET_RETRIES) {
      return ErrorStatusUpdateControl.defaultErrorProcessing();
    }
    var status = new ReplayStatus(replay, reports.former(replay), clock.instant());
    var control =
        reports.report(replay, status.failed(String.valueOf(failure.getMessage())), context);
    return control.isNoUpdate()
        ? ErrorStatusUpdateControl.noStatusUpdate()
        : ErrorStatusUpdateControl.patchStatus(control.getResource().orElseThrow());
  }

  private static DataPipelineReplayStatus status(
      DataPipelineReplay replay,
      TopicLogs.Reading reading,
      ReplayStatus status,
      DataPipeline pipeline,
      boolean isPlanned,
      Context<DataPipelineReplay> context) {
    return switch (reading) {
      case TopicLogs.Reading.Unreadable unreadable -> status.unreadable(unreadable.message());
      case TopicLogs.Reading.Found found when isPlanned && !status.isAbout(found.log()) ->
          status.recreated(found.log());
      case TopicLogs.Reading.Found found when isPlanned ->
          status.observed(
              pipeline,
              found.log(),
              inForce(PipelineNames.of(pipeline), context).orElse(null),
              others(replay, context));
      case TopicLogs.Reading.Found found ->
          status.planned(found.log(), ReplayPlan.of(replay.getSpec(), found.log()));
    };
  }

  /** What the pipeline's consumers are told. */
  private static Optional<ReplayOrder> inForce(
      PipelineNames names, Context<DataPipelineReplay> context) {
    return Optional.ofNullable(
            context
                .getClient()
                .apps()
                .deployments()
                .inNamespace(names.namespace())
                .withName(names.consumerDeployment())
                .get())
        .flatMap(Release::of)
        .flatMap(release -> Optional.ofNullable(release.replay()));
  }

  private static List<DataPipelineReplay> others(
      DataPipelineReplay replay, Context<DataPipelineReplay> context) {
    return context
        .getPrimaryCache()
        .list(
            replay.getMetadata().getNamespace(),
            other ->
                other.getSpec().pipeline().equals(replay.getSpec().pipeline())
                    && !other.getMetadata().getUid().equals(replay.getMetadata().getUid()))
        .toList();
  }
}
