package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Tells of changes of state as Kubernetes Events and in the log. An Event that cannot be written
 * never stops a reconcile.
 */
public final class EventRecorder {
  private static final Logger log = LoggerFactory.getLogger(EventRecorder.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final Clock clock;
  private final String instance;
  private final Predicate<String> mayWriteIn;

  /**
   * @param instance the name of this process, such as its Pod's
   * @param mayWriteIn whether the operator has rights in a namespace; in others the log alone tells
   */
  public EventRecorder(
      KubernetesClient client, Clock clock, String instance, Predicate<String> mayWriteIn) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
    this.mayWriteIn = mayWriteIn;
  }

  /** Whether an Event is good news or asks for attention. */
  public enum Type {
    NORMAL("Normal", Level.INFO),
    WARNING("Warning", Level.WARN);

    private final String text;
    private final Level level;

    Type(String text, Level level) {
      this.text = text;
      this.level = level;
    }
  }

  /** Tells something about a resource. */
  public void record(HasMetadata resource, Type type, String reason, String action, String note) {
    write(reference(resource), resource.getMetadata().getNamespace(), type, reason, action, note);
  }

  /**
   * Tells something about a pipeline whose namespace ends and takes no Events any more: about the
   * namespace itself, whose Events stand in {@code default}. There the operator may have no rights.
   */
  public void recordOfEndingNamespace(DataPipeline pipeline, String reason, String note) {
    var namespace =
        new ObjectReferenceBuilder()
            .withApiVersion("v1")
            .withKind("Namespace")
            .withName(pipeline.getMetadata().getNamespace())
            .build();
    write(namespace, "default", Type.WARNING, reason, "Delete", note);
  }

  private void write(
      ObjectReference regarding,
      String namespace,
      Type type,
      String reason,
      String action,
      String note) {
    log.atLevel(type.level)
        .log("{} {}/{}: {}: {}", regarding.getKind(), namespace, regarding.getName(), reason, note);
    if (!mayWriteIn.test(namespace)) {
      return;
    }
    var now = clock.instant();
    try {
      client
          .events()
          .v1()
          .events()
          .inNamespace(namespace)
          .resource(
              new EventBuilder()
                  .withNewMetadata()
                  .withName(
                      "%s.%x"
                          .formatted(
                              regarding.getName(),
                              now.getEpochSecond() * 1_000_000_000 + now.getNano()))
                  .withNamespace(namespace)
                  .endMetadata()
                  .withEventTime(new MicroTime(MICROS.format(now)))
                  .withReportingController("acequia.dev/operator")
                  .withReportingInstance(instance)
                  .withRegarding(regarding)
                  .withType(type.text)
                  .withReason(reason)
                  .withAction(action)
                  .withNote(Note.cut(note, Note.MOST_BYTES))
                  .build())
          .create();
    } catch (KubernetesClientException e) {
      if (EndingNamespace.refuses(e)) {
        return; // the line above has told it
      }
      log.warn("the Event {} was not written: {}", reason, e.getMessage());
    }
  }

  private static ObjectReference reference(HasMetadata object) {
    return new ObjectReferenceBuilder()
        .withApiVersion(object.getApiVersion())
        .withKind(object.getKind())
        .withNamespace(object.getMetadata().getNamespace())
        .withName(object.getMetadata().getName())
        .withUid(object.getMetadata().getUid())
        .withResourceVersion(object.getMetadata().getResourceVersion())
        .build();
  }
}
