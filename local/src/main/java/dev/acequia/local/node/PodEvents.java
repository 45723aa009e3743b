package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of what happens to Pods, as Events from {@code kubelet}. What is told again within the hour
 * counts up the Event that is there. Nobody waits for an Event to be written, and when too many are
 * to be told at once, some are not.
 */
final class PodEvents implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PodEvents.class);
  private static final int MAX_WAITING = 1000;
  private static final int MAX_REMEMBERED = 2000;
  private static final Duration CLOSE_TIME = Duration.ofSeconds(2);

  /** Kinds of Events, as {@code kubectl} shows them. */
  enum Type {
    Normal,
    Warning
  }

  private record Told(
      Pod pod, @Nullable String container, Type type, String reason, String message, Instant at) {
    String key() {
      return String.join(
          "|", pod.getMetadata().getUid(), String.valueOf(container), reason, message);
    }
  }

  private final KubernetesClient client;
  private final String nodeName;
  private final BlockingQueue<Told> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Map<String, Event> written =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Event> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };
  private final Thread writer;

  PodEvents(KubernetesClient client, String nodeName) {
    this.client = client;
    this.nodeName = nodeName;
    this.writer = Thread.ofVirtual().name("events").start(this::write);
  }

  /** Tells of something that concerns the whole Pod. */
  void tell(Pod pod, Type type, String reason, String message) {
    offer(new Told(pod, null, type, reason, message, Instant.now()));
  }

  /**
   * Tells of something that concerns a container.
   *
   * @param container its path in the Pod, such as {@code spec.containers{api}}
   */
  void tell(Pod pod, String container, Type type, String reason, String message) {
    offer(new Told(pod, container, type, reason, message, Instant.now()));
  }

  /** Stops telling; what still waits is not told. */
  @Override
  public void close() {
    writer.interrupt();
    try {
      writer.join(CLOSE_TIME);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void offer(Told told) {
    if (!waiting.offer(told)) {
      LOG.debug("Too many events; not told: {} {}", told.reason, told.message);
    }
  }

  private void write() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var told = waiting.take();
        try {
          written.put(told.key(), write(told));
        } catch (KubernetesClientException e) {
          // In a namespace that ends nothing can be created; and an Event is no more than a help.
          LOG.debug("Event {} of {} is lost", told.reason, told.pod.getMetadata().getName(), e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Event write(Told told) {
    var before = written.get(told.key());
    var events = client.v1().events().inNamespace(told.pod.getMetadata().getNamespace());
    if (before != null) {
      UnaryOperator<Event> again =
          event ->
              new EventBuilder(event)
                  .withCount(event.getCount() + 1)
                  .withLastTimestamp(PodStatusView.time(told.at))
                  .build();
      try {
        return events.resource(again.apply(before)).update();
      } catch (KubernetesClientException e) {
        LOG.debug("Event {} has gone; a new one follows", before.getMetadata().getName());
      }
    }
    return events.resource(event(told)).create();
  }

  private Event event(Told told) {
    var pod = told.pod.getMetadata();
    var time = PodStatusView.time(told.at);
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(pod.getNamespace())
        .withName(
            pod.getName() + "." + UUID.randomUUID().toString().substring(0, 13).replace("-", ""))
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion("v1")
        .withKind("Pod")
        .withNamespace(pod.getNamespace())
        .withName(pod.getName())
        .withUid(pod.getUid())
        .withResourceVersion(pod.getResourceVersion())
        .withFieldPath(told.container)
        .endInvolvedObject()
        .withType(told.type.name())
        .withReason(told.reason)
        .withMessage(told.message.length() > 1000 ? told.message.substring(0, 1000) : told.message)
        .withCount(1)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withNewSource("kubelet", nodeName)
        .withReportingComponent("kubelet")
        .withReportingInstance(nodeName)
        .build();
  }
}
