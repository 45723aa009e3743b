package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventList;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Comparator;
import java.util.Optional;

/**
 * Why the API server takes no Pod: a quota, a LimitRange, the Pod security standard or an admission
 * webhook. There is no Pod then whose status could say it.
 */
final class PodRefusal {
  /** Of a Job's Events one is enough. Anyone may write Events about it, and of any size. */
  private static final int MOST_EVENTS = 5;

  private PodRefusal() {}

  static Optional<String> of(Deployment deployment) {
    return deployment.getStatus() == null
        ? Optional.empty()
        : deployment.getStatus().getConditions().stream()
            .filter(condition -> "ReplicaFailure".equals(condition.getType()))
            .filter(condition -> "True".equals(condition.getStatus()))
            .map(condition -> text(condition.getMessage()))
            .findFirst();
  }

  /** A Job has no condition for it, so this asks for its Events. */
  static Optional<String> of(KubernetesClient client, Job job) {
    return ForeignReads.judge(
        job.getMetadata().getNamespace(),
        new BoundedGet<>(client, events(job.getMetadata()), EventList.class),
        events ->
            events.stream()
                .flatMap(list -> list.getItems().stream())
                .max(Comparator.comparing(event -> event.getMetadata().getCreationTimestamp()))
                .map(Event::getNote)
                .map(PodRefusal::text));
  }

  private static String events(ObjectMeta job) {
    return "%s?fieldSelector=%s&limit=%d"
        .formatted(
            BoundedGet.path(Event.class, job.getNamespace()),
            BoundedGet.encoded("regarding.uid=" + job.getUid() + ",reason=FailedCreate"),
            MOST_EVENTS);
  }

  private static String text(String message) {
    return "Kubernetes refuses the Pod: " + Quote.plain(String.valueOf(message));
  }
}
