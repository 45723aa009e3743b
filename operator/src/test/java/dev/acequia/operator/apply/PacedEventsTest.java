package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PacedEventsTest {
  private static final Duration PAUSE = Duration.ofMillis(20);

  @Test
  void bringsAllInTurnWithAPauseAfterEach() {
    var brought = new CopyOnWriteArrayList<ResourceID>();
    var fleet = IntStream.range(0, 6).mapToObj(i -> new ResourceID("flights-" + i, "ops")).toList();
    var began = System.nanoTime();

    new PacedEvents(brought::add, PAUSE).bring(fleet);

    await().atMost(Duration.ofSeconds(10)).until(() -> brought.size() == fleet.size());
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(PAUSE.multipliedBy(fleet.size() - 1L));
    assertThat(brought).isEqualTo(fleet);
  }

  @Test
  void doesNotHoldUpWhoAsks() {
    var began = System.nanoTime();
    new PacedEvents(_ -> {}, Duration.ofMinutes(1)).bring(List.of(new ResourceID("one", "ops")));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
  }
}
