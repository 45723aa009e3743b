package dev.acequia.operator;

import dev.acequia.contract.LoadMode;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.apply.AccessNudge;
import dev.acequia.operator.apply.EndingNamespace;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.apply.NameTakenException;
import dev.acequia.operator.apply.PipelineRemoval;
import dev.acequia.operator.apply.PlanApplier;
import dev.acequia.operator.apply.TopicProvider;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.FactsReader;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.ObservationReader;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.operator.validate.SpecValidation;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.RetryInfo;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pipeline from spec to status: validate, plan, apply, observe, status. */
@ControllerConfiguration(
    name = "datapipeline",
    finalizerName = PipelineNames.FINALIZER,
    fieldManager = PipelineNames.MANAGER,
    generationAwareEventProcessing = false) // annotations count too; see OperatorProcess
final class PipelineReconciler implements Reconciler<DataPipeline>, Cleaner<DataPipeline> {
  /** Where something of the world is awaited that tells nobody when it changes. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  /** Conflicts and the like pass; a failure that stays is told. */
  private static final int QUIET_RETRIES = 2;

  private static final PatchContext STATUS_APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager(PipelineNames.MANAGER)
          .withForce(true)
          .build();

  private static final Logger log = LoggerFactory.getLogger(PipelineReconciler.class);

  private final KubernetesClient client;
  private final PlatformConfig platform;
  private final TopicProvider topics;
  private final FactsReader facts;
  private final AccessNudge nudge;
  private final PlanApplier applier;
  private final PipelineRemoval removal;
  private final StatusReports reports;
  private final EventRecorder events;
  private final Clock clock;

  PipelineReconciler(
      KubernetesClient client,
      PlatformConfig platform,
      TopicProvider topics,
      FactsReader facts,
      PlanApplier applier,
      PipelineRemoval removal,
      StatusReports reports,
      EventRecorder events,
      Clock clock) {
    this.client = client;
    this.nudge = new AccessNudge(client);
    this.platform = platform;
    this.topics = topics;
    this.facts = facts;
    this.applier = applier;
    this.removal = removal;
    this.reports = reports;
    this.events = events;
    this.clock = clock;
  }

  @Override
  public List<EventSource<?, DataPipeline>> prepareEventSources(
      EventSourceContext<DataPipeline> context) {
    reports.follow(context.getPrimaryCache());
    var sources = new ArrayList<>(EventSources.of(context, nudge::tellAtOnce));
    sources.addAll(topics.eventSources(context));
    return sources;
  }

  @Override
  public UpdateControl<DataPipeline> reconcile(
      DataPipeline pipeline, Context<DataPipeline> context) {
    var children = new Children(pipeline, context);
    // First of all, and whatever else is wrong: a revoked key must not wait for Kafka or a store.
    var access = AccessSecrets.read(client, pipeline);
    nudge.tell(access, children.pods());
    var former = reports.former(pipeline);
    var violations = SpecValidation.of(pipeline, platform);
    if (!violations.isEmpty()) {
      return reports.report(
          pipeline, PipelineStatus.refused(pipeline, former, violations, clock.instant()));
    }
    var topic = ensureTopics(pipeline, children);
    var reading =
        facts.read(pipeline, children, topic, topics.credentials(PipelineNames.of(pipeline)));
    pipeline.setStatus(former); // the informer may lack the last note
    var plan = PipelinePlan.of(pipeline, platform, reading.facts());
    noteMigration(pipeline, plan);
    try {
      applier.apply(plan, children);
    } catch (KubernetesClientException e) {
      if (!EndingNamespace.refuses(e)) {
        throw e;
      }
      log.info(
          "namespace {} ends and takes no more objects", pipeline.getMetadata().getNamespace());
      return UpdateControl.<DataPipeline>noUpdate().rescheduleAfter(LOOK_AGAIN);
    }
    tellOfCancelledReplay(pipeline, reading.facts(), plan);
    var seen = ObservationReader.read(plan, children, topic, reading.missing(), access);
    var control =
        reports.report(
            pipeline,
            PipelineStatus.of(pipeline, former, platform, plan, seen, clock.instant()),
            plan);
    return mustLookAgain(seen) ? control.rescheduleAfter(LOOK_AGAIN) : control;
  }

  @Override
  public DeleteControl cleanup(DataPipeline pipeline, Context<DataPipeline> context) {
    tellOfDeletion(pipeline);
    pipeline.setStatus(reports.former(pipeline)); // the informer may lack the last note
    var next = removal.advance(pipeline, new Children(pipeline, context));
    if (next.isPresent()) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(next.get());
    }
    return DeleteControl.defaultDelete();
  }

  @Override
  public ErrorStatusUpdateControl<DataPipeline> updateErrorStatus(
      DataPipeline pipeline, Context<DataPipeline> context, Exception failure) {
    var attempt = context.getRetryInfo().map(RetryInfo::getAttemptCount).orElse(0);
    if (pipeline.isMarkedForDeletion()
        || ReconcileGate.isClosedTo(failure)
        || (!(failure instanceof NameTakenException) && attempt < QUIET_RETRIES)) {
      return ErrorStatusUpdateControl.defaultErrorProcessing();
    }
    var reason = failure instanceof NameTakenException ? "NameTaken" : "ReconcileFailed";
    var status =
        PipelineStatus.failed(
            pipeline,
            reports.former(pipeline),
            reason,
            String.valueOf(failure.getMessage()),
            clock.instant());
    var control = reports.report(pipeline, status);
    return control.isNoUpdate()
        ? ErrorStatusUpdateControl.noStatusUpdate()
        : ErrorStatusUpdateControl.patchStatus(control.getResource().orElseThrow());
  }

  /** So that nobody takes it for ready who waits for that; a cleanup has no update of its own. */
  private void tellOfDeletion(DataPipeline pipeline) {
    var status = PipelineStatus.deleting(pipeline, reports.former(pipeline), clock.instant());
    var resource = reports.report(pipeline, status).getResource();
    try {
      resource.ifPresent(this::writeStatus);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) { // it has gone meanwhile
        throw e;
      }
    }
  }

  /**
   * Writes the status before the Job is created. No two Jobs share a version, even if this process
   * ends in between. A deletion also learns from it that roles and tables may exist.
   */
  private void noteMigration(DataPipeline pipeline, PipelinePlan plan) {
    var former = reports.former(pipeline);
    if (plan.migration() != null
        && (former == null
            || former.store() == null
            || !Objects.equals(former.migration(), plan.newestMigration()))) {
      reports.note(pipeline, PipelineStatus.beforeMigration(former, plan), this::writeStatus);
    }
  }

  private void writeStatus(DataPipeline fresh) {
    client.resource(fresh).subresource("status").patch(STATUS_APPLY);
  }

  private TopicState ensureTopics(DataPipeline pipeline, Children children) {
    var names = PipelineNames.of(pipeline);
    var result = topics.ensure(names, TopicsPlan.of(names, pipeline.getSpec(), platform), children);
    result
        .changes()
        .forEach(
            change ->
                events.record(
                    pipeline, EventRecorder.Type.NORMAL, "TopicChanged", "EnsureTopics", change));
    return result.state();
  }

  /** The replay's own Events are gone with it. */
  private void tellOfCancelledReplay(DataPipeline pipeline, Facts facts, PipelinePlan plan) {
    var before = facts.liveConsumer() == null ? null : facts.liveConsumer().replay();
    Optional.ofNullable(plan.consumer())
        .flatMap(Release::of)
        .map(Release::replay)
        .filter(order -> order.cancelled() && !order.equals(before))
        .ifPresent(
            order ->
                events.record(
                    pipeline,
                    EventRecorder.Type.NORMAL,
                    "ReplayCancelled",
                    "Replay",
                    pipeline.getSpec().consumer().mode() == LoadMode.UPSERT
                        ? "The replay was deleted: partitions that have begun run to the present,"
                            + " since in mode upsert stopping would leave older values"
                        : "The replay was deleted: reading goes on where it was before"));
  }

  private static boolean mustLookAgain(Observation seen) {
    return seen.topic() instanceof TopicState.Missing
        || seen.migration() instanceof Observation.MigrationState.Failed
        || seen.migration() instanceof Observation.MigrationState.Waiting
        || (seen.migration() instanceof Observation.MigrationState.Running running
            && !running.hasPod());
  }
}
