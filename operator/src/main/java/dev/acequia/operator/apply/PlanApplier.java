package dev.acequia.operator.apply;

import dev.acequia.crds.MigrationStatus;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.MigrationJobs;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.OlderMigrations;
import dev.acequia.operator.plan.KeptVersion;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PipelinePlan;
import dev.acequia.operator.plan.PlanStep;
import dev.acequia.operator.plan.Release;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a plan's objects in the order of a pipeline's life, and removes what a newer one has
 * replaced. The order itself is the plan's: what must wait is not in it yet.
 */
public final class PlanApplier {
  /** After its own six retries a crashed migration rests for this long. */
  public static final Duration REST_OF_FAILED_MIGRATION = Duration.ofMinutes(2);

  private static final int UNPROCESSABLE = 422;

  /** A reconcile waits this long for the node port of a deleted Service. */
  private static final Duration PORT_IS_FREED_WITHIN = Duration.ofSeconds(2);

  private static final Duration PORT_PAUSE = Duration.ofMillis(100);

  private static final Logger log = LoggerFactory.getLogger(PlanApplier.class);

  private final KubernetesClient client;
  private final Clock clock;

  public PlanApplier(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Makes the plan true as far as it goes. */
  public void apply(PipelinePlan plan, Children children) {
    var applier = new ObjectApplier(client, children);
    for (var step : plan.steps()) {
      switch (step) {
        case PlanStep.Topics _ -> {} // in the cluster already: the plan rests on their ids
        case PlanStep.Foundation(var object) -> applyFoundation(object, applier, children);
        case PlanStep.Apply(var object) -> applier.apply(object);
        case PlanStep.CreateOnce(var job) -> migrate(job, applier, children);
      }
    }
    removeReplacedDefinitions(plan, children);
  }

  /** A Service that was deleted comes back at the port which callers know, unless it is taken. */
  private static void apply(Service service, ObjectApplier applier, Children children) {
    var former = children.endpointPort();
    if (service.getSpec().getType().equals("NodePort")
        && former.isPresent()
        && children.service(service.getMetadata().getName()).isEmpty()
        && appliesAtPort(former.getAsInt(), service, applier)) {
      return;
    }
    applier.apply(service);
  }

  /**
   * The API server reports a Service's deletion before it releases the node port. For a moment it
   * refuses the port.
   */
  private static boolean appliesAtPort(int port, Service service, ObjectApplier applier) {
    var atPort =
        new ServiceBuilder(service)
            .editSpec()
            .editFirstPort()
            .withNodePort(port)
            .endPort()
            .endSpec()
            .build();
    var end = System.nanoTime() + PORT_IS_FREED_WITHIN.toNanos();
    while (true) {
      try {
        applier.apply(atPort);
        return true;
      } catch (KubernetesClientException e) {
        if (e.getCode() != UNPROCESSABLE) {
          throw e;
        }
        if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
          log.info(
              "Service {} in {} gets another port: {}",
              service.getMetadata().getName(),
              service.getMetadata().getNamespace(),
              e.getMessage());
          return false;
        }
        LockSupport.parkNanos(PORT_PAUSE.toNanos());
      }
    }
  }

  /**
   * Brings back what is gone of a pipeline that has to wait, and changes nothing of what is there
   * but the number of Pods and the log-on to Kafka: that is Strimzi's, who has ended the one
   * before, and a Pod that starts again would not get on.
   */
  public void restore(PipelinePlan newest, Children children) {
    var applier = new ObjectApplier(client, children);
    for (var object : newest.foundation()) {
      if (isKafkas(object, newest) || (applier.isGone(object) && isUsed(object, children))) {
        applyFoundation(object, applier, children);
      }
    }
    var definition = newest.definitionMap();
    if (definition != null
        && applier.isGone(definition)
        && children.deployments().stream()
            .flatMap(deployment -> Release.of(deployment).stream())
            .anyMatch(live -> live.definition().equals(definition.getMetadata().getName()))) {
      applier.apply(definition);
    }
    scale(
        newest.names().consumerDeployment(), newest.consumerScale().replicas(), applier, children);
    if (newest.api() != null) {
      scale(
          newest.names().apiDeployment(), newest.api().getSpec().getReplicas(), applier, children);
    }
  }

  /** The newest version's ServiceAccounts come with it. */
  private static boolean isUsed(HasMetadata object, Children children) {
    return !(object instanceof ServiceAccount account)
        || Stream.concat(
                children.deployments().stream().map(live -> live.getSpec().getTemplate()),
                children.jobs().stream().map(job -> job.getSpec().getTemplate()))
            .map(template -> template.getSpec().getServiceAccountName())
            .anyMatch(account.getMetadata().getName()::equals);
  }

  private static void scale(
      String deployment, int replicas, ObjectApplier applier, Children children) {
    children.deployments().stream()
        .filter(live -> live.getMetadata().getName().equals(deployment))
        .filter(live -> !live.isMarkedForDeletion())
        .forEach(
            live ->
                applier.change(
                    live,
                    new DeploymentBuilder(live)
                        .editSpec()
                        .withReplicas(replicas)
                        .endSpec()
                        .build()));
  }

  /**
   * Whether the migration of a pipeline that waits has to run for the version that it has: its Job
   * was deleted or has crashed, or it is to set the password of a role whose Secret was deleted.
   */
  public boolean mustMigrate(KeptVersion kept, @Nullable MigrationStatus noted, Children children) {
    var job = MigrationJobs.current(kept.plan().names(), noted, children);
    var applier = new ObjectApplier(client, children);
    return job.isEmpty()
        || (MigrationJobs.state(job.get(), children.pods()) instanceof MigrationState.Failed
            && hasRested(job.get()))
        || kept.plan().foundation().stream()
            .filter(Secret.class::isInstance)
            .filter(secret -> !isKafkas(secret, kept.plan()))
            .anyMatch(applier::isGone);
  }

  /** Keeps a pipeline that waits alive in the version that it has. */
  public void keep(KeptVersion kept, boolean migrates, Children children) {
    var applier = new ObjectApplier(client, children);
    var definition = Objects.requireNonNull(kept.plan().definitionMap());
    if (migrates) {
      applier.apply(definition);
      kept.plan().foundation().stream()
          .filter(object -> runsUnder(kept.migration(), object) && applier.isGone(object))
          .forEach(applier::apply);
      migrate(kept.migration(), applier, children);
    }
    for (var live : children.deployments()) {
      var wanted = kept.of(live, children.definitions());
      if (live.isMarkedForDeletion() || wanted.isEmpty()) {
        continue;
      }
      if (Release.of(wanted.get())
              .filter(next -> next.definition().equals(definition.getMetadata().getName()))
              .isPresent()
          && applier.isGone(definition)) {
        applier.apply(definition); // before the Pods that mount it
      }
      applier.change(live, wanted.get());
    }
  }

  private static boolean runsUnder(Job job, HasMetadata object) {
    return object instanceof ServiceAccount account
        && account
            .getMetadata()
            .getName()
            .equals(job.getSpec().getTemplate().getSpec().getServiceAccountName());
  }

  private static boolean isKafkas(HasMetadata object, PipelinePlan plan) {
    return plan.names().isKafkaSecret(object.getMetadata().getName());
  }

  private static void applyFoundation(
      HasMetadata object, ObjectApplier applier, Children children) {
    if (object instanceof Service service) {
      apply(service, applier, children);
    } else {
      applier.apply(object);
    }
  }

  private void migrate(Job migration, ObjectApplier applier, Children children) {
    removeCrashed(migration, children);
    removeRefused(migration, children);
    removeOlder(migration, children);
    if (OlderMigrations.atWork(migration, children).isEmpty()) {
      applier.applyOnce(migration);
    }
  }

  /**
   * A Job that ended for want of a store that answers is made anew; one that was refused is not.
   */
  private void removeCrashed(Job migration, Children children) {
    children.jobs().stream()
        .filter(job -> sameName(job, migration))
        .filter(job -> !job.isMarkedForDeletion())
        .filter(job -> MigrationJobs.state(job, children.pods()) instanceof MigrationState.Failed)
        .filter(this::hasRested)
        .forEach(job -> remove(job, "it failed and is tried again"));
  }

  /** Under another identity a store may answer otherwise; a Job cannot be given another. */
  private void removeRefused(Job migration, Children children) {
    children.jobs().stream()
        .filter(job -> sameName(job, migration))
        .filter(job -> !job.isMarkedForDeletion())
        .filter(job -> MigrationJobs.state(job, children.pods()) instanceof MigrationState.Refused)
        .filter(job -> !identity(job).equals(identity(migration)))
        .forEach(job -> remove(job, "it was refused under another identity"));
  }

  private static Optional<String> identity(Job job) {
    return Optional.ofNullable(job.getSpec().getTemplate().getMetadata())
        .map(ObjectMeta::getAnnotations)
        .map(annotations -> annotations.get(PipelineNames.IDENTITY_ANNOTATION));
  }

  private boolean hasRested(Job job) {
    return MigrationJobs.failure(job)
        .map(failure -> Instant.parse(failure.getLastTransitionTime()))
        .filter(since -> since.plus(REST_OF_FAILED_MIGRATION).isBefore(clock.instant()))
        .isPresent();
  }

  /**
   * Ended ones, too: a table that a newer one may have changed is no longer as an older one left
   * it, so that going back to the older spec has to migrate again.
   */
  private void removeOlder(Job newest, Children children) {
    OlderMigrations.jobs(newest, children).stream()
        .filter(job -> !job.isMarkedForDeletion())
        .forEach(job -> remove(job, "a newer migration takes its place"));
  }

  private void removeReplacedDefinitions(PipelinePlan plan, Children children) {
    if (!plan.migrated()) {
      return;
    }
    if (children.deployments().stream().allMatch(PlanApplier::rolledOut)) {
      var inUse = plan.definitionsInUse();
      children.definitions().stream()
          .filter(map -> !inUse.contains(map.getMetadata().getName()))
          .filter(map -> !map.isMarkedForDeletion())
          .forEach(map -> remove(map, "no Deployment refers to it"));
    }
  }

  /** An older Pod still mounts an older definition, and may start again. */
  private static boolean rolledOut(Deployment deployment) {
    var status = deployment.getStatus();
    return status != null
        && Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration())
        && Objects.equals(status.getUpdatedReplicas(), status.getReplicas());
  }

  private void remove(HasMetadata object, String why) {
    log.info(
        "removing {} {} in {}: {}",
        object.getKind(),
        object.getMetadata().getName(),
        object.getMetadata().getNamespace(),
        why);
    // In the foreground: a Job is there until its Pods have ended.
    client.resource(object).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
  }

  private static boolean sameName(HasMetadata one, HasMetadata other) {
    return one.getMetadata().getName().equals(other.getMetadata().getName());
  }
}
