package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KnownTopicsTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Facts.Topic TOPIC = new Facts.Topic("AAAAAAAAAAAAAAAAAAAAAQ", 6);
  private static final TopicState PRESENT = new TopicState.Present(TOPIC, null);
  private static final KnownTopics.Wish WISH =
      new KnownTopics.Wish(
          new TopicsPlan(
              new DesiredTopic("ops.flights", 6, 1, true, Map.of(), false),
              new DesiredTopic("ops.flights.dlq", 1, 1, false, Map.of(), false)),
          "uid",
          null,
          List.of());

  private final KnownTopics known = new KnownTopics();

  /** Each other time would be another message in the status of every pipeline. */
  @Test
  void aKafkaThatComesAndGoesIsSilentSinceTheFirstTimeUntilThePipelineIsAnswered() {
    answered();
    assertThat(show(null)).isEqualTo(PRESENT);
    assertThat(show(NOON)).isEqualTo(silentSince(NOON));
    assertThat(show(null)).isEqualTo(silentSince(NOON));
    assertThat(known.isSettled(WISH, null)).isFalse(); // so it asks again
    assertThat(show(NOON.plusSeconds(40))).isEqualTo(silentSince(NOON));
    assertThat(answered()).isTrue();
    assertThat(show(null)).isEqualTo(PRESENT);
    assertThat(show(NOON.plusSeconds(80))).isEqualTo(silentSince(NOON.plusSeconds(80)));
  }

  @Test
  void itsOwnCallChangesNothingOfWhatItWasTold() {
    var why =
        new KafkaTopics.KafkaException(
            "Kafka did not answer", new java.util.concurrent.TimeoutException());
    assertThat(known.silent(NOON, why)).isTrue();
    assertThat(show(NOON.plusSeconds(5))).isEqualTo(new TopicState.Unanswered(NOON, false, null));
    answered();
    assertThat(show(NOON.plusSeconds(9))).isEqualTo(silentSince(NOON.plusSeconds(9)));
    assertThat(known.silent(NOON.plusSeconds(10), why)).isFalse();
    assertThat(show(NOON.plusSeconds(9))).isEqualTo(silentSince(NOON.plusSeconds(9)));
  }

  private boolean answered() {
    return known.answered(WISH, new TopicProvider.Result(PRESENT, List.of()), NOON);
  }

  private TopicState show(@Nullable Instant kafkaSilentSince) {
    return known.show(WISH, kafkaSilentSince, false);
  }

  private static TopicState silentSince(Instant since) {
    return new TopicState.Unanswered(since, false, new TopicState.Seen(TOPIC, NOON));
  }
}
