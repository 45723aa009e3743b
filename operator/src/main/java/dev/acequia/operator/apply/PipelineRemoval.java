package dev.acequia.operator.apply;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.DeletionPolicy;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.MigrationJobs;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.StoreSecrets;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.DropPlan;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.store.StorePlan;
import dev.acequia.telemetry.MetricSet;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The end of a pipeline: its processes stop, then with {@code deletionPolicy: Delete} table and
 * topics go. Each step is taken again until it is done, and none is waited for without end: what
 * could not be removed is told, with the way to do it by hand, and the resource is let go.
 */
public final class PipelineRemoval {
  private static final Duration POLL = Duration.ofSeconds(1);

  /** An event tells when the topics are gone; this is for the limit. */
  private static final Duration TOPICS_POLL = Duration.ofSeconds(10);

  /** What is not written down by then has the same effect, until a successor's end. */
  private static final Duration TOPICS_RETIRE_WITHIN = Duration.ofSeconds(3);

  private static final Duration PODS_END_WITHIN = Duration.ofMinutes(3);
  private static final Duration TABLE_DROPS_WITHIN = Duration.ofMinutes(10);

  /** From the drop Job's creation. A store that never answered holds nothing, as a rule. */
  private static final Duration FIRST_TABLE_DROPS_WITHIN = Duration.ofMinutes(1);

  private static final String DROP_TOO_SLOW = "the drop took too long";
  private static final Duration TOPICS_GO_WITHIN = Duration.ofMinutes(15);
  private static final Duration TOPICS_ANSWER_WITHIN = Duration.ofMinutes(1);

  private final KubernetesClient client;
  private final PlatformConfig platform;
  private final TopicProvider topics;
  private final EventRecorder events;
  private final MetricSet metrics;
  private final Clock clock;
  private final Map<PipelineNames, Progress> progress = new ConcurrentHashMap<>();

  /**
   * How far a removal is.
   *
   * @param seen when this operator first saw the deletion: what was asked of nobody is no delay
   * @param tableSettled whether the table is gone or reported as left over
   * @param topicsAsked when Kafka was first asked
   * @param topicsSettled like {@code tableSettled}: another cleanup follows where the finalizer
   *     could not be removed, and must not tell again
   */
  private record Progress(
      String uid,
      Instant seen,
      boolean tableSettled,
      @Nullable Instant topicsAsked,
      boolean topicsSettled) {
    static Progress begun(String uid, Instant now) {
      return new Progress(uid, now, false, null, false);
    }

    Progress withTableSettled() {
      return new Progress(uid, seen, true, topicsAsked, topicsSettled);
    }

    Progress withTopicsAsked(Instant now) {
      return topicsAsked != null ? this : new Progress(uid, seen, tableSettled, now, topicsSettled);
    }

    Progress withTopicsSettled() {
      return new Progress(uid, seen, tableSettled, topicsAsked, true);
    }
  }

  /** What a removal can leave behind. */
  private enum Left {
    TOPICS("topics", "TopicsStay"),
    TABLE("table", "TableStays");

    private final String label;
    private final String reason;

    Left(String label, String reason) {
      this.label = label;
      this.reason = reason;
    }
  }

  public PipelineRemoval(
      KubernetesClient client,
      PlatformConfig platform,
      TopicProvider topics,
      EventRecorder events,
      MetricSet metrics,
      Clock clock) {
    this.client = client;
    this.platform = platform;
    this.topics = topics;
    this.events = events;
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Takes the next step.
   *
   * @return when to take another; empty when nothing is left to do and the resource may go
   */
  public Optional<Duration> advance(DataPipeline pipeline, Children children) {
    return advance(
        pipeline, children, TopicClaimant.of(pipeline, platform.installation(), children));
  }

  Optional<Duration> advance(DataPipeline pipeline, Children children, TopicClaimant claimant) {
    note(pipeline, begun -> begun);
    return pipeline.getSpec().deletionPolicy() == DeletionPolicy.DELETE && canBeRead(pipeline)
        ? remove(pipeline, children, claimant)
        : leave(pipeline, claimant);
  }

  /** After a rollback neither the spec nor the kind of its store may be known. */
  private static boolean canBeRead(DataPipeline pipeline) {
    return PipelineNames.unreadable(pipeline).isEmpty()
        && (StorePlan.isKnown(pipeline.getSpec())
            || status(pipeline).map(DataPipelineStatus::store).isEmpty());
  }

  private Optional<Duration> leave(DataPipeline pipeline, TopicClaimant claimant) {
    var retired = topics.retire(claimant);
    if (!retired.done() && !overdue(pipeline, TOPICS_RETIRE_WITHIN)) {
      return Optional.of(POLL);
    }
    tellOfUsers(pipeline, retired);
    tellWhatIsKept(pipeline);
    return Optional.empty();
  }

  private Optional<Duration> remove(
      DataPipeline pipeline, Children children, TopicClaimant claimant) {
    if (!processesEnded(pipeline, children) || !tableGone(pipeline, children)) {
      return Optional.of(POLL);
    }
    if (!topicsSettled(pipeline, claimant)) {
      return Optional.of(TOPICS_POLL);
    }
    removeDrop(children);
    return Optional.empty();
  }

  /** Ends what is kept of a pipeline that is gone, be it with its finalizer removed by hand. */
  public void forget(PipelineNames names) {
    progress.remove(names);
  }

  /** A producer that still runs would make the topic anew where the broker allows it. */
  private boolean processesEnded(DataPipeline pipeline, Children children) {
    var drop = PipelineNames.of(pipeline).dropJob();
    children.deployments().stream()
        .filter(deployment -> !deployment.isMarkedForDeletion())
        .forEach(deployment -> remove(deployment, DeletionPropagation.BACKGROUND));
    var migrations =
        children.jobsToEnd().stream()
            .filter(job -> !job.getMetadata().getName().equals(drop))
            .toList();
    migrations.stream()
        .filter(job -> !job.isMarkedForDeletion())
        .forEach(job -> remove(job, DeletionPropagation.FOREGROUND));
    // A Job stays until its Pods have ended, also one that the cache does not show yet.
    return (migrations.isEmpty()
            && children.podsToEnd().stream().allMatch(pod -> MigrationJobs.isOf(pod, drop)))
        || overdue(pipeline, PODS_END_WITHIN);
  }

  private boolean tableGone(DataPipeline pipeline, Children children) {
    // The status names the store from before the first migration began. One that did not succeed
    // may have made roles and tables all the same; before it, the table is anybody's.
    if (status(pipeline).map(DataPipelineStatus::store).isEmpty()
        || progress(pipeline).filter(Progress::tableSettled).isPresent()) {
      return true;
    }
    if (namespaceEnds(pipeline)) {
      return tableStays(pipeline, "its namespace ends and takes no Job");
    }
    if (overdue(pipeline, TABLE_DROPS_WITHIN)) {
      return tableStays(
          pipeline,
          children.jobs().stream().anyMatch(job -> isDrop(job, pipeline))
              ? DROP_TOO_SLOW
              : "the Job that drops it could not be made");
    }
    var store = StoreSecrets.store(client, pipeline);
    if (store.isEmpty()) {
      return tableStays(pipeline, "the Secret of its store is gone");
    }
    var plan =
        DropPlan.of(
            pipeline,
            platform,
            StoreSecrets.roles(children, pipeline, store.get().uri(), platform.installation()));
    try {
      return isDropped(pipeline, plan, children);
    } catch (NameTakenException e) { // what the Job needs is another's
      return tableStays(pipeline, String.valueOf(e.getMessage()));
    }
  }

  private boolean isDropped(DataPipeline pipeline, DropPlan plan, Children children) {
    var job = children.jobs().stream().filter(one -> isDrop(one, pipeline)).findFirst();
    if (job.isEmpty()) {
      return !create(plan, children) && tableStays(pipeline, "its namespace ends and takes no Job");
    }
    return switch (MigrationJobs.state(job.get(), children.pods())) {
      case MigrationState.Running _, MigrationState.Waiting _ -> {
        var _ = hasIdentity(plan, children);
        yield !hasMigrated(pipeline)
            && isPast(
                Instant.parse(job.get().getMetadata().getCreationTimestamp()),
                FIRST_TABLE_DROPS_WITHIN)
            && tableStays(pipeline, DROP_TOO_SLOW);
      }
      case MigrationState.Succeeded _ -> {
        note(pipeline, Progress::withTableSettled);
        yield true;
      }
      case MigrationState.Refused refused -> tableStays(pipeline, refused.lastWord().text());
      case MigrationState.Failed failed -> tableStays(pipeline, failed.trouble());
    };
  }

  /** Whether the namespace takes new objects. What is not there yet comes with another step. */
  private boolean create(DropPlan plan, Children children) {
    var applier = new ObjectApplier(client, children);
    try {
      applier.applyOnce(plan.definition());
      if (hasIdentity(plan, children)) {
        applier.applyOnce(plan.job());
      }
      return true;
    } catch (KubernetesClientException e) {
      if (EndingNamespace.refuses(e)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Whether there is what the Job runs under, which a deletion in the foreground takes away.
   * Without it the Job gets no Pod; with another's of its name it would have another's rights.
   */
  private boolean hasIdentity(DropPlan plan, Children children) {
    var applier = new ObjectApplier(client, children);
    if (!applier.isGone(plan.identity())) {
      return true;
    }
    var name = plan.definition().getMetadata().getName();
    var definition =
        children.definitions().stream()
            .filter(one -> one.getMetadata().getName().equals(name))
            .findFirst();
    definition.ifPresent(there -> applier.apply(plan.identityBeside(there)));
    return definition.isPresent();
  }

  /** Whether the topics are gone or reported as left over. */
  boolean topicsSettled(DataPipeline pipeline, TopicClaimant claimant) {
    if (progress(pipeline).filter(Progress::topicsSettled).isPresent()) {
      return true;
    }
    if (!topicsGone(pipeline, claimant)) {
      return false;
    }
    note(pipeline, Progress::withTopicsSettled);
    return true;
  }

  /** Whatever the status says: the operator may have ended between making a topic and that. */
  private boolean topicsGone(DataPipeline pipeline, TopicClaimant claimant) {
    var names = claimant.names();
    note(pipeline, begun -> begun.withTopicsAsked(clock.instant()));
    try {
      var deletion = topics.delete(claimant);
      if (deletion.done()) {
        if (!deletion.left().isEmpty()) {
          tellOfLeft(
              pipeline,
              Left.TOPICS,
              "Topics %s are there and are not known to be this pipeline's, so they stay; delete them by hand if nobody needs them"
                  .formatted(String.join(", ", deletion.left())));
        }
        tellOfUsers(pipeline, deletion);
        tellOfAdopted(pipeline, claimant);
        return true;
      }
    } catch (KafkaTopics.KafkaException e) {
      if (!areTopicsOverdue(pipeline)) {
        throw e;
      }
    }
    if (!areTopicsOverdue(pipeline)) {
      return false;
    }
    topics.forget(names); // what comes too late is not done behind the back of who was told
    tellOfLeft(
        pipeline,
        Left.TOPICS,
        "The operator could not delete %s in time; delete by hand what is there, and end the pipeline's claims as the runbook AcequiaRemovalLeft says"
            .formatted(
                claimant.adopted() == null
                    ? "topics %s and %s".formatted(names.topic(), names.deadLetterTopic())
                    : "topic " + names.deadLetterTopic()));
    return true;
  }

  /** Somebody who knows their passwords can go on using a topic of this name. */
  private void tellOfUsers(DataPipeline pipeline, TopicProvider.Deletion deletion) {
    var refused = deletion.usersRefused();
    if (refused == null) {
      return;
    }
    var names = PipelineNames.of(pipeline);
    var note =
        "Users %s and %s of Kafka may stay, and their rights; remove them by hand. %s"
            .formatted(
                names.kafkaUser(Component.CONSUMER, platform.installation()),
                names.kafkaUser(Component.API, platform.installation()),
                refused);
    if (namespaceEnds(pipeline)) {
      events.recordOfEndingNamespace(pipeline, "UsersStay", note);
    } else {
      events.record(pipeline, EventRecorder.Type.WARNING, "UsersStay", "Delete", note);
    }
  }

  private void tellOfAdopted(DataPipeline pipeline, TopicClaimant claimant) {
    if (claimant.adopted() != null && !namespaceEnds(pipeline)) {
      events.record(
          pipeline,
          EventRecorder.Type.NORMAL,
          "Retained",
          "Delete",
          "Topic %s stays: it was adopted".formatted(claimant.adopted()));
    }
  }

  private boolean tableStays(DataPipeline pipeline, String why) {
    note(pipeline, Progress::withTableSettled);
    if (!hasMigrated(pipeline)) {
      tellOfLeft(
          pipeline,
          Left.TABLE,
          "What a first migration of table %s may have made stays: %s"
              .formatted(StorePlan.of(pipeline).place(), why));
      return true; // The table may belong to somebody else, so the Event gives no SQL to drop it.
    }
    var what = "Table %s stays: ".formatted(StorePlan.of(pipeline).place());
    var remedy = ". To drop it by hand: " + StorePlan.of(pipeline).dropByHand();
    // What a person is to run has to be whole, so the reason is what is cut.
    var room = Note.MOST_BYTES - Note.bytes(what) - Note.bytes(remedy);
    tellOfLeft(pipeline, Left.TABLE, what + Note.cut(why, room) + remedy);
    return true;
  }

  private void tellWhatIsKept(DataPipeline pipeline) {
    if (status(pipeline).map(DataPipelineStatus::store).isPresent() && !namespaceEnds(pipeline)) {
      var names = PipelineNames.of(pipeline);
      if (!canBeRead(pipeline)) {
        events.record(
            pipeline,
            EventRecorder.Type.WARNING,
            "Retained",
            "Delete",
            "Its topics and what is in %s stay: this version of the operator cannot read the spec or does not know its store"
                .formatted(status(pipeline).map(DataPipelineStatus::store).orElse("its store")));
        return;
      }
      events.record(
          pipeline,
          EventRecorder.Type.NORMAL,
          "Retained",
          "Delete",
          "Topics %s and %s and %s stay, as spec.deletionPolicy says"
              .formatted(
                  TopicsPlan.records(pipeline),
                  names.deadLetterTopic(),
                  (status(pipeline).map(DataPipelineStatus::schemaHash).isPresent()
                          ? "table "
                          : "what a first migration may have made of table ")
                      + StorePlan.of(pipeline).place()));
    }
  }

  /**
   * An Event is gone after an hour, so an alert goes by the metric. That is a time: Prometheus sees
   * no increase to the first value of a counter.
   */
  private void tellOfLeft(DataPipeline pipeline, Left left, String note) {
    metrics
        .gauge(PipelineMetric.REMOVAL_LEFT, pipeline.getMetadata().getNamespace(), left.label)
        .set(clock.instant().getEpochSecond());
    if (namespaceEnds(pipeline)) {
      events.recordOfEndingNamespace(pipeline, left.reason, note);
    } else {
      events.record(pipeline, EventRecorder.Type.WARNING, left.reason, "Delete", note);
    }
  }

  private void removeDrop(Children children) {
    Stream.<HasMetadata>concat(children.jobs().stream(), children.definitions().stream())
        .filter(object -> object.getMetadata().getOwnerReferences().isEmpty())
        .forEach(object -> remove(object, DeletionPropagation.BACKGROUND));
  }

  private void remove(HasMetadata object, DeletionPropagation propagation) {
    client.resource(object).withPropagationPolicy(propagation).delete();
  }

  private boolean namespaceEnds(DataPipeline pipeline) {
    var namespace = client.namespaces().withName(pipeline.getMetadata().getNamespace()).get();
    return namespace == null || namespace.isMarkedForDeletion();
  }

  private boolean overdue(DataPipeline pipeline, Duration limit) {
    return progress(pipeline).filter(begun -> isPast(begun.seen(), limit)).isPresent();
  }

  /** However long the steps before took, Kafka has time to answer. */
  private boolean areTopicsOverdue(DataPipeline pipeline) {
    return overdue(pipeline, TOPICS_GO_WITHIN)
        && progress(pipeline)
            .map(Progress::topicsAsked)
            .filter(asked -> isPast(asked, TOPICS_ANSWER_WITHIN))
            .isPresent();
  }

  private boolean isPast(Instant start, Duration limit) {
    return start.plus(limit).isBefore(clock.instant());
  }

  private Optional<Progress> progress(DataPipeline pipeline) {
    return Optional.ofNullable(progress.get(PipelineNames.of(pipeline)))
        .filter(begun -> begun.uid().equals(uid(pipeline)));
  }

  private void note(DataPipeline pipeline, UnaryOperator<Progress> change) {
    progress.compute(
        PipelineNames.of(pipeline),
        (_, begun) ->
            change.apply(
                begun != null && begun.uid().equals(uid(pipeline))
                    ? begun
                    : Progress.begun(uid(pipeline), clock.instant())));
  }

  private static String uid(DataPipeline pipeline) {
    return pipeline.getMetadata().getUid();
  }

  private static boolean hasMigrated(DataPipeline pipeline) {
    return status(pipeline).map(DataPipelineStatus::schemaHash).isPresent();
  }

  private static boolean isDrop(Job job, DataPipeline pipeline) {
    return job.getMetadata().getName().equals(PipelineNames.of(pipeline).dropJob());
  }

  private static Optional<DataPipelineStatus> status(DataPipeline pipeline) {
    return Optional.ofNullable(pipeline.getStatus());
  }
}
