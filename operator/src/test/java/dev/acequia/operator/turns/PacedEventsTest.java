package dev.acequia.operator.turns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.plan.PipelineNames;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PacedEventsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final List<PipelineNames> FLEET =
      IntStream.range(0, 9).mapToObj(i -> new PipelineNames("ops", "flights-" + i)).toList();

  private final List<PipelineNames> brought = new CopyOnWriteArrayList<>();

  @Test
  void hasNoMoreThanAFewAtWorkUntilOneHasEnded() {
    var events = new PacedEvents(brought::add, Duration.ofMinutes(1));
    events.bring(FLEET);
    awaitBrought(4);
    await().during(Duration.ofMillis(200)).atMost(LIMIT).until(() -> brought.size() == 4);
    events.ended(FLEET.get(2));
    awaitBrought(5);
    events.ended(new PipelineNames("ops", "another"));
    await().during(Duration.ofMillis(200)).atMost(LIMIT).until(() -> brought.size() == 5);
  }

  @Test
  void bringsAllInTurn() {
    var events = new PacedEvents(brought::add, Duration.ofMinutes(1));
    events.bring(FLEET);
    for (var pipeline : FLEET) {
      await().atMost(LIMIT).until(() -> brought.contains(pipeline));
      events.ended(pipeline);
    }
    await().atMost(LIMIT).until(() -> brought.equals(FLEET));
  }

  @Test
  void doesNotWaitForeverForThoseThatAreGone() {
    new PacedEvents(brought::add, Duration.ofMillis(50)).bring(FLEET);
    await().atMost(LIMIT).until(() -> brought.equals(FLEET));
  }

  /** Otherwise two rounds would have separate places and start the same pipelines. */
  @Test
  void aNewRoundReplacesTheOneThatIsUnderWay() {
    var events = new PacedEvents(brought::add, Duration.ofMinutes(1));
    events.bring(FLEET);
    awaitBrought(4);
    var others = IntStream.range(0, 9).mapToObj(i -> new PipelineNames("new", "f-" + i)).toList();
    events.bring(others);
    FLEET.subList(0, 4).forEach(events::ended);
    awaitBrought(8);
    for (var pipeline : others) {
      await().atMost(LIMIT).until(() -> brought.contains(pipeline));
      events.ended(pipeline);
    }
    assertThat(brought.subList(0, 4)).isEqualTo(FLEET.subList(0, 4));
    assertThat(brought.subList(4, brought.size())).isEqualTo(others);
  }

  private void awaitBrought(int count) {
    await().atMost(LIMIT).until(() -> brought.size() == count);
  }
}
