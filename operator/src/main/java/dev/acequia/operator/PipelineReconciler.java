package dev.acequia.operator;

import dev.acequia.contract.LoadMode;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.MigrationStatus;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.apply.AccessNudge;
import dev.acequia.operator.apply.EndingNamespace;
import dev.acequia.operator.apply.EventRecorder;
import dev.acequia.operator.apply.NameTakenException;
import dev.acequia.operator.apply.PipelineRemoval;
import dev.acequia.operator.apply.PlanApplier;
import dev.acequia.operator.apply.TopicClaimant;
import dev.acequia.operator.apply.TopicProvider;
import dev.acequia.operator.observe.AccessSecrets;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.FactsReader;
import dev.acequia.operator.observe.MigrationJobs;
import dev.acequia.operator.observe.ObservationReader;
import dev.acequia.operator.observe.ReadWatch;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Change;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.KeptVersion;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Release;
import dev.acequia.operator.plan.Rollout;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.status.PipelineStatus;
import dev.acequia.operator.validate.SpecValidation;
import dev.acequia.telemetry.ManagementServer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.net.HttpURLConnection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pipeline from spec to status: validate, plan, apply, observe, status. */
@ControllerConfiguration(
    name = "datapipeline",
    finalizerName = PipelineNames.FINALIZER,
    fieldManager = PipelineNames.MANAGER,
    generationAwareEventProcessing = false) // annotations count too; see OperatorProcess
final class PipelineReconciler implements Reconciler<DataPipeline>, Cleaner<DataPipeline> {
  private static final Duration READS_ASKED_EVERY = Duration.ofSeconds(8);

  private static final Logger log = LoggerFactory.getLogger(PipelineReconciler.class);

  private final KubernetesClient client;
  private final PlatformConfig platform;
  private final TopicProvider topics;
  private final FactsReader facts;
  private final AccessNudge nudge;
  private final ReadWatch reads =
      new ReadWatch(ManagementServer.PORT, READS_ASKED_EVERY, READS_ASKED_EVERY);
  private final PlanApplier applier;
  private final PipelineRemoval removal;
  private final StatusReports reports;
  private final ReconcileFailures failures;
  private final RolloutPacer pacer;
  private final NextLook looks;
  private final SimpleInboundEventSource<DataPipeline> deferred =
      new SimpleInboundEventSource<>("deferred");
  private final String release;
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
      ReconcileFailures failures,
      RolloutPacer pacer,
      String release,
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
    this.failures = failures;
    this.pacer = pacer;
    this.release = release;
    this.events = events;
    this.clock = clock;
    this.looks = new NextLook(clock, Math::random);
  }

  @Override
  public List<EventSource<?, DataPipeline>> prepareEventSources(
      EventSourceContext<DataPipeline> context) {
    var pipelines = context.getPrimaryCache();
    reports.follow(
        pipelines,
        names -> {
          looks.forget(names);
          facts.forget(names);
        });
    reads.askWhile(id -> pipelines.get(id).isPresent());
    var sources =
        new ArrayList<>(
            EventSources.of(context, PipelineRendering.kinds(platform), nudge::tellAtOnce));
    nudge.takePodsFrom(EventSources.podsIn(sources));
    sources.addAll(topics.eventSources(context));
    sources.add(reads);
    sources.add(pacer.eventSource(context));
    sources.add(deferred);
    return sources;
  }

  @Override
  public UpdateControl<DataPipeline> reconcile(
      DataPipeline pipeline, Context<DataPipeline> context) {
    return inTurn(pipeline, () -> advance(pipeline, context))
        .orElseGet(
            () -> UpdateControl.<DataPipeline>noUpdate().rescheduleAfter(ReconcileShares.PATIENCE));
  }

  /** Empty when the namespace has no turn now; the reconcile is retried. */
  private <T> Optional<T> inTurn(DataPipeline pipeline, Supplier<T> reconcile) {
    var names = PipelineNames.of(pipeline);
    var id = ResourceID.fromResource(pipeline);
    try {
      return ReconcileShares.OF_THE_PROCESS.run(
          pipeline, () -> deferred.propagateEvent(id), reconcile);
    } finally { // also of one that is put off: others need not wait for its turn
      topics.ended(names);
      pacer.ended(names);
    }
  }

  private UpdateControl<DataPipeline> advance(
      DataPipeline pipeline, Context<DataPipeline> context) {
    var former = reports.former(pipeline);
    var current = current(pipeline, former);
    var children = new Children(current, context);
    // First of all, and whatever else is wrong: a revoked key must not wait for a store.
    var access = AccessSecrets.read(client, pipeline);
    nudge.tell(access, children.pods());
    var violations = SpecValidation.of(pipeline, platform);
    if (!violations.isEmpty()) {
      var refused = PipelineStatus.refused(pipeline, former, violations, clock.instant());
      reports.reportRefused(pipeline, refused, children);
      pacer.reported(rollout(former), refused.rollout());
      return UpdateControl.noUpdate();
    }
    var claimant = TopicClaimant.of(pipeline, platform.installation(), children);
    var topic = ensureTopics(pipeline, claimant, children);
    var reading =
        facts.read(
            current, children, topic, claimant.users(), topics.credentials(claimant.names()));
    var newest = PipelinePlan.of(current, platform, reading.facts());
    var kept = KeptVersion.of(current, platform, reading.facts()).orElse(null);
    var step = pacer.next(pipeline, change(current, former, reading, newest, kept, children));
    PipelinePlan plan;
    try {
      plan =
          switch (step) {
            case Rollout.Step.Go go -> {
              note(pipeline, former, go.status(), newest);
              applier.apply(newest, children);
              tellOfCancelledReplay(pipeline, reading.facts(), newest);
              yield newest;
            }
            case Rollout.Step.Renew _, Rollout.Step.Wait _ ->
                keep(pipeline, former, step, newest, kept, children);
          };
    } catch (KubernetesClientException e) {
      if (!EndingNamespace.refuses(e)) {
        throw e;
      }
      log.info(
          "namespace {} ends and takes no more objects", pipeline.getMetadata().getNamespace());
      giveBackSlot(pipeline, former);
      return UpdateControl.<DataPipeline>noUpdate().rescheduleAfter(looks.afterEnd(pipeline));
    }
    var reported = former == null ? null : PipelineStatus.unreadable(former);
    var unreadable = reads.follow(pipeline, children.pods(), reported).orElse(null);
    var seen = ObservationReader.read(plan, children, topic, reading.missing(), access, unreadable);
    var status = PipelineStatus.of(pipeline, former, platform, plan, step, seen, clock.instant());
    reports.report(pipeline, status, newest, seen);
    pacer.reported(rollout(former), status.rollout());
    var control = UpdateControl.<DataPipeline>noUpdate();
    return Stream.of(looks.after(pipeline, seen, step), slotsEnd(status))
        .flatMap(Optional::stream)
        .min(Comparator.naturalOrder())
        .map(control::rescheduleAfter)
        .orElse(control);
  }

  private Change change(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      FactsReader.Reading reading,
      PipelinePlan newest,
      @Nullable KeptVersion kept,
      Children children) {
    var facts = reading.facts();
    var isRotated =
        kept != null
            && facts.liveConsumer() != null
            && facts.liveApi() != null
            && MigrationJobs.current(newest.names(), migration(former), children)
                .filter(kept::hasOtherCredentials)
                .isPresent();
    return Change.of(
        pipeline,
        former,
        platform,
        facts,
        newest,
        release,
        isServed(children),
        reading.knownTopic(),
        isRotated);
  }

  /** Keeps the version alive that the pipeline has, and says what can be observed of it. */
  private PipelinePlan keep(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      Rollout.Step step,
      PipelinePlan newest,
      @Nullable KeptVersion kept,
      Children children) {
    if (kept == null) {
      applier.restore(newest, children);
      return newest.held(migration(former), true);
    }
    var migrates =
        step instanceof Rollout.Step.Renew
            || applier.mustMigrate(kept, migration(former), children);
    note(pipeline, former, step.status(), migrates ? kept.plan() : null);
    applier.restore(newest, children);
    applier.keep(kept, migrates, children);
    var noted = migrates ? kept.plan().newestMigration() : migration(former);
    return newest.held(
        noted,
        kept.plan().migrated()
            || noted == null
            || !noted.job().equals(kept.migration().getMetadata().getName()));
  }

  /** No Pod of a namespace that ends will be ready, and nothing more is made in it. */
  private void giveBackSlot(DataPipeline pipeline, @Nullable DataPipelineStatus former) {
    var noted = reports.former(pipeline);
    var taken = rollout(noted);
    if (noted == null || taken == null || taken.state() != RolloutStatus.State.UPDATING) {
      return;
    }
    var before = rollout(former);
    var given = before == null ? null : before.atRest();
    reports.giveSlotBack(pipeline, noted.with(given));
    pacer.reported(taken, given);
  }

  private static @Nullable MigrationStatus migration(@Nullable DataPipelineStatus status) {
    return status == null ? null : status.migration();
  }

  /** The pipeline with its newest status, which the informer may lack. */
  private static DataPipeline current(DataPipeline pipeline, @Nullable DataPipelineStatus newest) {
    var current = new DataPipeline();
    current.setMetadata(pipeline.getMetadata());
    current.setSpec(pipeline.getSpec());
    current.setStatus(newest);
    return current;
  }

  /** Whether both Deployments are there, whoever made them. */
  private static boolean isServed(Children children) {
    return children.deployments().stream()
            .filter(deployment -> !deployment.isMarkedForDeletion())
            .count()
        == 2;
  }

  private static @Nullable RolloutStatus rollout(@Nullable DataPipelineStatus status) {
    return status == null ? null : status.rollout();
  }

  private void report(
      DataPipeline pipeline, @Nullable DataPipelineStatus former, DataPipelineStatus status) {
    reports.report(pipeline, status);
    pacer.reported(rollout(former), status.rollout());
  }

  @Override
  public DeleteControl cleanup(DataPipeline pipeline, Context<DataPipeline> context) {
    return inTurn(pipeline, () -> remove(pipeline, context))
        .orElseGet(
            () -> DeleteControl.noFinalizerRemoval().rescheduleAfter(ReconcileShares.PATIENCE));
  }

  private DeleteControl remove(DataPipeline pipeline, Context<DataPipeline> context) {
    reads.forget(pipeline);
    var children = new Children(pipeline, context);
    tellOfDeletion(pipeline, children);
    pipeline.setStatus(reports.former(pipeline)); // the informer may lack the last note
    var next = removal.advance(pipeline, children);
    if (context.getPrimaryCache().get(ResourceID.fromResource(pipeline)).isEmpty()) {
      removal.forget(PipelineNames.of(pipeline)); // its finalizer was removed by hand meanwhile
    }
    if (next.isPresent()) {
      return DeleteControl.noFinalizerRemoval().rescheduleAfter(next.get());
    }
    return DeleteControl.defaultDelete();
  }

  @Override
  public ErrorStatusUpdateControl<DataPipeline> updateErrorStatus(
      DataPipeline pipeline, Context<DataPipeline> context, Exception failure) {
    var isNameTaken = failure instanceof NameTakenException;
    return failures.tell(
        pipeline,
        context,
        failure,
        isNameTaken,
        () -> inTurn(pipeline, () -> reportFailure(pipeline, failure, isNameTaken)));
  }

  private DataPipelineStatus reportFailure(
      DataPipeline pipeline, Exception failure, boolean isNameTaken) {
    var former = reports.former(pipeline);
    var message = String.valueOf(failure.getMessage());
    var status =
        isNameTaken
            ? PipelineStatus.stalled(
                pipeline, former, TopicState.Refused.NAME_TAKEN, message, clock.instant())
            : PipelineStatus.failed(pipeline, former, platform, message, clock.instant());
    report(pipeline, former, status);
    return status;
  }

  /** So that nobody takes it for ready who waits for that. */
  private void tellOfDeletion(DataPipeline pipeline, Children children) {
    var former = reports.former(pipeline);
    var status = PipelineStatus.deleting(pipeline, former, clock.instant());
    try {
      reports.reportDeleting(pipeline, status, children);
      pacer.reported(rollout(former), status.rollout());
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND
          && !(e instanceof StatusPatch.OfAnother)) {
        throw e; // otherwise it has gone meanwhile
      }
    }
  }

  /**
   * Writes the status before anything is applied. No two Jobs share a version, and an operator that
   * takes over knows of the slot, even if this process ends in between. A deletion also learns from
   * it that roles and tables may exist.
   */
  private void note(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      RolloutStatus step,
      @Nullable PipelinePlan plan) {
    var takesSlot = step.state() == RolloutStatus.State.UPDATING;
    var begun =
        plan != null
                && plan.migration() != null
                && (former == null
                    || former.store() == null
                    || !Objects.equals(former.migration(), plan.newestMigration()))
            ? plan
            : null;
    if (begun == null && (!takesSlot || Objects.equals(step, rollout(pipeline.getStatus())))) {
      return;
    }
    var noted = begun != null ? PipelineStatus.beforeMigration(former, begun) : former;
    if (takesSlot) {
      noted = (noted == null ? DataPipelineStatus.empty() : noted).with(step);
    }
    if (takesSlot) {
      pacer.take(pipeline, former, Objects.requireNonNull(noted));
    } else {
      reports.note(pipeline, Objects.requireNonNull(noted));
    }
  }

  private TopicState ensureTopics(
      DataPipeline pipeline, TopicClaimant claimant, Children children) {
    var result =
        topics.ensure(
            claimant, TopicsPlan.of(claimant.names(), pipeline.getSpec(), platform), children);
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

  /** When a slot is past its deadline, which no event tells of. */
  private Optional<Duration> slotsEnd(DataPipelineStatus status) {
    return Optional.ofNullable(status.rollout())
        .filter(rollout -> rollout.state() == RolloutStatus.State.UPDATING)
        .map(
            rollout ->
                Duration.between(clock.instant(), Rollout.deadline(rollout, platform.rollout()))
                    .plusSeconds(1));
  }
}
