package dev.acequia.api;

import dev.acequia.api.ingest.TopicWriter;
import dev.acequia.contract.Termination;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Whether requests may come. Kafka and the store must have answered once: a process that was given
 * wrong addresses or credentials must not replace one that works. From then on it stays ready while
 * one of them is down, since each request says by its own status what it lacked, and no other
 * process of the pipeline would be better off.
 */
final class Readiness implements ApplicationListener<ApplicationEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

  /** Longer than it takes a broker to learn of a new password or right. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final TopicWriter topic;
  private final StoreReader store;
  private final Duration farewell;
  private final Consumer<Termination> end;
  private final Thread prober;
  private long refusedSinceNanos;
  private boolean refused;
  private volatile Optional<String> trouble = Optional.of("starting");
  private volatile boolean stopping;

  /**
   * Not ready yet.
   *
   * @param farewell how long to be unready before the end begins
   * @param end of the process, when Kafka refuses the log-on or a right before requests may come:
   *     only the last word of a container that has ended reaches the pipeline's status
   */
  Readiness(TopicWriter topic, StoreReader store, Duration farewell, Consumer<Termination> end) {
    this.topic = topic;
    this.store = store;
    this.farewell = farewell;
    this.end = end;
    this.prober = Thread.ofVirtual().name("readiness").unstarted(this::probeUntilReady);
  }

  /** Why requests must not come, empty when they may. */
  Optional<String> trouble() {
    return stopping ? Optional.of("stopping") : trouble;
  }

  /** Whether the process is on its way out. */
  boolean stopping() {
    return stopping;
  }

  @Override
  public void onApplicationEvent(ApplicationEvent event) {
    if (event instanceof ApplicationReadyEvent) {
      prober.start();
    } else if (event instanceof ContextClosedEvent) {
      // The prober is not interrupted: that would break a connection of the pool in mid-use.
      stopping = true;
      awaitFarewell();
    }
  }

  private void awaitFarewell() {
    try {
      Thread.sleep(farewell);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void probeUntilReady() {
    try {
      while (!stopping && !probe()) {
        Thread.sleep(PAUSE);
      }
      while (!stopping) {
        Thread.sleep(LOOK_AGAIN);
        topic.recover();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean probe() {
    try {
      topic.probe();
      refused = false;
    } catch (KafkaException e) {
      notYet("Kafka: " + e.getMessage(), null);
      if (TopicWriter.isRefusal(e)) {
        endIfRefusedForLong(e);
      }
      return false;
    }
    try {
      store.probe();
    } catch (StoreReadException e) {
      return notYet(String.valueOf(e.getMessage()), e.getCause());
    }
    trouble = Optional.empty();
    LOG.info("ready");
    return true;
  }

  private void endIfRefusedForLong(KafkaException e) {
    var now = System.nanoTime();
    if (!refused) {
      refused = true;
      refusedSinceNanos = now;
    }
    if (now - refusedSinceNanos >= PATIENCE.toNanos() && !stopping) {
      end.accept(new Termination(Termination.Reason.KafkaRefused, "Kafka: " + e));
    }
  }

  /**
   * Notes why.
   *
   * @param cause that only the log may tell of; null when the reason says all
   */
  private boolean notYet(String reason, @Nullable Throwable cause) {
    if (!trouble.equals(Optional.of(reason))) {
      LOG.info("not ready: {}", reason, cause);
    }
    trouble = Optional.of(reason);
    return false;
  }
}
