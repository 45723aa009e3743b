package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Brings the reconciles of a whole fleet one after the other. All at once they would stand in line
 * before whatever a person asks for meanwhile.
 */
final class PacedEvents {
  /** 50 a second take half of what an API server on two cores can do. */
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Consumer<ResourceID> events;
  private final Duration pause;

  PacedEvents(SimpleInboundEventSource<DataPipeline> events) {
    this(events::propagateEvent, PAUSE);
  }

  PacedEvents(Consumer<ResourceID> events, Duration pause) {
    this.events = events;
    this.pause = pause;
  }

  /** Begins to, and does not wait for the end. */
  void bring(List<ResourceID> pipelines) {
    var _ = Thread.ofVirtual().name("paced-events").start(() -> bringInTurn(pipelines));
  }

  private void bringInTurn(List<ResourceID> pipelines) {
    try {
      for (var pipeline : pipelines) {
        events.accept(pipeline);
        TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
