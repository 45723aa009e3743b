package dev.acequia.operator;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that becomes of a namespace's pipelines, Jobs and Deployments, in the order in which it
 * became so: a resource version counts the writes to the whole cluster, whereas watches of two
 * types may run ahead of each other.
 */
final class FleetEvents implements AutoCloseable {
  private final Map<Long, HasMetadata> events = new ConcurrentSkipListMap<>();
  private final List<SharedIndexInformer<?>> watches;

  FleetEvents(KubernetesClient client, String namespace) {
    watches =
        List.of(
            client.resources(DataPipeline.class).inNamespace(namespace).inform(handler()),
            client.batch().v1().jobs().inNamespace(namespace).inform(handler()),
            client.apps().deployments().inNamespace(namespace).inform(handler()));
  }

  /** The most pipelines whose statuses said at one time that they hold a slot. */
  Set<String> mostSlotsTaken() {
    var taken = new HashSet<String>();
    var most = Set.<String>of();
    for (var object : events.values()) {
      if (object instanceof DataPipeline pipeline) {
        if (holdsSlot(pipeline)) {
          taken.add(pipeline.getMetadata().getName());
        } else {
          taken.remove(pipeline.getMetadata().getName());
        }
      }
      most = taken.size() > most.size() ? Set.copyOf(taken) : most;
    }
    return most;
  }

  private static boolean holdsSlot(DataPipeline pipeline) {
    return !pipeline.isMarkedForDeletion()
        && pipeline.getStatus() != null
        && pipeline.getStatus().rollout() != null
        && pipeline.getStatus().rollout().state() == RolloutStatus.State.UPDATING;
  }

  @Override
  public void close() {
    watches.forEach(SharedIndexInformer::close);
  }

  /** The most pipelines that had something of a version, and not yet all of it, at one time. */
  Set<String> mostInFlight(String version) {
    var seen = new HashMap<String, HasMetadata>();
    var begun = new HashSet<String>();
    var most = Set.<String>of();
    for (var object : events.values()) {
      seen.put(object.getKind() + " " + object.getMetadata().getName(), object);
      var pipeline = pipeline(object);
      if (isInFlight(pipeline, seen, version)) {
        begun.add(pipeline);
      } else {
        begun.remove(pipeline);
      }
      most = begun.size() > most.size() ? Set.copyOf(begun) : most;
    }
    return most;
  }

  private static boolean isInFlight(
      String pipeline, Map<String, HasMetadata> seen, String version) {
    var resource = seen.get(DataPipeline.KIND + " " + pipeline);
    if (resource != null && resource.isMarkedForDeletion()) {
      return false;
    }
    return seen.values().stream()
            .filter(object -> pipeline(object).equals(pipeline))
            .anyMatch(object -> image(object).filter(name -> name.endsWith(version)).isPresent())
        && !Stream.of("-consumer", "-api")
            .map(part -> seen.get("Deployment " + pipeline + part))
            .allMatch(one -> isServing(one, version));
  }

  private static boolean isServing(@Nullable HasMetadata object, String version) {
    if (!(object instanceof Deployment deployment) || deployment.getStatus() == null) {
      return false;
    }
    var status = deployment.getStatus();
    var wanted = deployment.getSpec().getReplicas();
    return image(deployment).filter(name -> name.endsWith(version)).isPresent()
        && Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration())
        && Objects.equals(Objects.requireNonNullElse(status.getUpdatedReplicas(), 0), wanted)
        && Objects.requireNonNullElse(status.getAvailableReplicas(), 0) >= wanted;
  }

  private static Optional<String> image(HasMetadata object) {
    var template =
        switch (object) {
          case Job job -> job.getSpec().getTemplate();
          case Deployment deployment -> deployment.getSpec().getTemplate();
          default -> null;
        };
    return Optional.ofNullable(template)
        .map(made -> made.getSpec().getContainers().getFirst().getImage());
  }

  private static String pipeline(HasMetadata object) {
    return object instanceof DataPipeline
        ? object.getMetadata().getName()
        : String.valueOf(object.getMetadata().getLabels().get(PipelineNames.INSTANCE_LABEL));
  }

  private <R extends HasMetadata> ResourceEventHandler<R> handler() {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(R object) {
        take(object);
      }

      @Override
      public void onUpdate(R before, R now) {
        take(now);
      }

      @Override
      public void onDelete(R object, boolean finalStateUnknown) {}

      private void take(R object) {
        events.put(Long.parseLong(object.getMetadata().getResourceVersion()), object);
      }
    };
  }
}
