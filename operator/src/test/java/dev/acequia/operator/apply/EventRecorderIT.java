package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class EventRecorderIT {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-01T10:00:00.123456Z"), ZoneOffset.UTC);

  @SuppressWarnings("NullAway.Init") // the extension sets it
  private KubernetesClient client;

  @Test
  void tellsOfThePipelineInItsOwnNamespace() {
    recorder().record(flights(), EventRecorder.Type.WARNING, "StoreRefused", "Reconcile", "no");

    var event = onlyEvent("ops");
    assertThat(event.getRegarding().getKind()).isEqualTo(DataPipeline.KIND);
    assertThat(event.getRegarding().getName()).isEqualTo("flights");
    assertThat(event.getRegarding().getUid()).isEqualTo("7e0a6d1c");
    assertThat(event.getType()).isEqualTo("Warning");
    assertThat(event.getReason()).isEqualTo("StoreRefused");
    assertThat(event.getReportingInstance()).isEqualTo("acequia-0");
    assertThat(event.getEventTime().getTime()).isEqualTo("2026-11-01T10:00:00.123456Z");
  }

  @Test
  void tellsOfAnEndingNamespaceWhereEventsAreStillTaken() {
    recorder().recordOfEndingNamespace(flights(), "TableKept", "DROP TABLE \"ops\".\"flights\"");

    var event = onlyEvent("default");
    assertThat(event.getRegarding().getKind()).isEqualTo("Namespace");
    assertThat(event.getRegarding().getName()).isEqualTo("ops");
    assertThat(event.getNote()).isEqualTo("DROP TABLE \"ops\".\"flights\"");
  }

  @Test
  void shortensANoteToWhatTheApiServerTakes() {
    recorder().record(flights(), EventRecorder.Type.NORMAL, "Ready", "Reconcile", "é".repeat(600));

    assertThat(onlyEvent("ops").getNote()).isEqualTo("é".repeat(510) + "…"); // 1,023 bytes
  }

  private EventRecorder recorder() {
    return new EventRecorder(client, CLOCK, "acequia-0", _ -> true);
  }

  private Event onlyEvent(String namespace) {
    var events = client.events().v1().events().inNamespace(namespace).list().getItems();
    assertThat(events).hasSize(1);
    return events.getFirst();
  }

  private static DataPipeline flights() {
    var pipeline = new DataPipeline();
    pipeline.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("ops")
            .withName("flights")
            .withUid("7e0a6d1c")
            .build());
    return pipeline;
  }
}
