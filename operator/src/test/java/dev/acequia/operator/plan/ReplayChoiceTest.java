package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.ReplayOrder;
import dev.acequia.crds.DataPipelineReplay;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayChoiceTest {
  private static final Facts.Topic TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);
  private static final ReplayOrder MONDAY =
      new ReplayOrder("monday", null, TOPIC.id(), false, Map.of(0, 10L, 2, 20L), Map.of());

  private static DataPipelineReplay replay(String name, String day, String... more) {
    return Serialization.unmarshal(
        """
        metadata: {name: %1$s, namespace: ops, uid: %1$s, creationTimestamp: "%2$s"}
        spec: {pipeline: flights, from: {earliest: true}}
        status:
          topicId: AAAAAAAAAAAAAAAAAAAAAQ
          partitions: [{partition: 0, from: 10, to: 90}, {partition: 2, from: 20, to: 80}]
        %3$s
        """
            .formatted(name, day, String.join("\n", more)),
        DataPipelineReplay.class);
  }

  private static final DataPipelineReplay ON_MONDAY = replay("monday", "2026-11-23T00:00:00Z");
  private static final DataPipelineReplay ON_TUESDAY = replay("tuesday", "2026-11-24T00:00:00Z");

  private static DataPipelineReplay with(DataPipelineReplay replay, String condition) {
    return replay(
        replay.getMetadata().getName(),
        replay.getMetadata().getCreationTimestamp(),
        "  conditions: [{type: " + condition + ", status: \"True\"}]");
  }

  private static ReplayChoice choice(
      @Nullable ReplayOrder live, @Nullable String ended, DataPipelineReplay... replays) {
    return ReplayChoice.of(new Facts.Replays(List.of(replays), ended), live, TOPIC);
  }

  @Test
  void ordersNothingWhereThereIsNone() {
    assertThat(choice(null, null)).isEqualTo(new ReplayChoice(null, null));
  }

  @Test
  void ordersTheOldestThatWaits() {
    assertThat(choice(null, null, ON_TUESDAY, ON_MONDAY)).isEqualTo(new ReplayChoice(MONDAY, null));
  }

  @Test
  void ordersAnEndOnlyWhereTheSpecHasOne() {
    var bounded = replay("monday", "2026-11-23T00:00:00Z");
    bounded.setSpec(
        Serialization.unmarshal(
            "pipeline: flights\nfrom: {earliest: true}\nto: {time: \"2026-11-23T00:00:00Z\"}",
            bounded.getSpec().getClass()));
    var order = Objects.requireNonNull(choice(null, null, bounded).order());
    assertThat(order.to()).isEqualTo(Map.of(0, 90L, 2, 80L));
  }

  @Test
  void ordersNeitherWhatIsStalledOrEndedNorADryRun() {
    var dry =
        Serialization.unmarshal(
            Serialization.asYaml(ON_MONDAY).replace("dryRun: false", "dryRun: true"),
            DataPipelineReplay.class);
    assertThat(dry.getSpec().dryRun()).isTrue();
    assertThat(choice(null, null, with(ON_MONDAY, "Stalled")).order()).isNull();
    assertThat(choice(null, null, with(ON_MONDAY, "Ready")).order()).isNull();
    assertThat(choice(null, null, dry).order()).isNull();
  }

  @Test
  void ordersNothingForAnotherTopic() {
    assertThat(
            ReplayChoice.of(
                    new Facts.Replays(List.of(ON_MONDAY), null),
                    null,
                    new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAg", 6))
                .order())
        .isNull();
  }

  @Test
  void letsOneEndBeforeTheNextBegins() {
    var older = replay("sunday", "2026-11-22T00:00:00Z");
    assertThat(choice(MONDAY, null, older, ON_MONDAY)).isEqualTo(new ReplayChoice(MONDAY, null));
    assertThat(choice(MONDAY, null, older, with(ON_MONDAY, "Ready")).order())
        .isEqualTo(new ReplayOrder("sunday", "monday", TOPIC.id(), false, MONDAY.from(), Map.of()));
  }

  @Test
  void keepsWhatWasCarriedOutAndNotesIt() {
    assertThat(choice(MONDAY, null, with(ON_MONDAY, "Ready")))
        .isEqualTo(new ReplayChoice(MONDAY, "monday"));
    // The resource may be deleted then.
    assertThat(choice(MONDAY, "monday")).isEqualTo(new ReplayChoice(MONDAY, "monday"));
  }

  @Test
  void cancelsWhatIsDeletedBeforeItHasEnded() {
    assertThat(choice(MONDAY, null, ON_TUESDAY)).isEqualTo(new ReplayChoice(MONDAY.cancel(), null));
    var next = Objects.requireNonNull(choice(MONDAY.cancel(), null, ON_TUESDAY).order());
    assertThat(next.id()).isEqualTo("tuesday");
    assertThat(next.previous()).isEqualTo("monday");
    assertThat(choice(MONDAY.cancel(), null)).isEqualTo(new ReplayChoice(MONDAY.cancel(), null));
  }

  @Test
  void passesOverAnOrderForATopicThatIsNoMore() {
    var old = new ReplayOrder("old", null, "AAAAAAAAAAAAAAAAAAAAAg", false, Map.of(), Map.of());
    var next = choice(old, null, with(replay("old", "2026-11-01T00:00:00Z"), "Stalled"), ON_MONDAY);
    assertThat(Objects.requireNonNull(next.order()).id()).isEqualTo("monday");
  }
}
