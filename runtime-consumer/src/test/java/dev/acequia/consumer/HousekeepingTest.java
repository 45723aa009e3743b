package dev.acequia.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HousekeepingTest {
  /** A part that fails in its first turns. */
  private static final class Part implements StoreHousekeeping {
    private final AtomicInteger turns = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final int failures;
    private final Runnable failure;

    Part(int failures) {
      this(failures, () -> {});
    }

    Part(int failures, Runnable failure) {
      this.failures = failures;
      this.failure = failure;
    }

    @Override
    public String subject() {
      return "a table";
    }

    @Override
    public Duration work() throws StoreUnavailableException {
      if (turns.getAndIncrement() < failures) {
        failure.run();
        throw new StoreUnavailableException("permission denied");
      }
      return Duration.ofMillis(10);
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  private final MetricSet.ForPipeline metrics =
      new MetricSet(new PrometheusRegistry()).forPipeline("ops", "flights");

  private double failingSince() {
    return metrics.gauge(PipelineMetric.HOUSEKEEPING_FAILING, "a table").get();
  }

  /** An alert goes by it. */
  @Test
  void tellsSinceWhenItFails() {
    var before = Instant.now().getEpochSecond();
    var failing = new Part(3);
    try (var housekeeping = Housekeeping.start(List.of(failing), metrics)) {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> failing.turns.get() > 1);
      assertThat(failingSince())
          .isBetween((double) before, (double) Instant.now().getEpochSecond());
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> failing.turns.get() > 4);
      assertThat(failingSince()).isZero();
    }
  }

  @Test
  void triesAgainWhatFailsAndGoesOnWithAllElse() {
    var failing = new Part(1);
    var other = new Part(0);
    try (var housekeeping = Housekeeping.start(List.of(failing, other), metrics)) {
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> failing.turns.get() > 2 && other.turns.get() > 2);
    }
    assertThat(List.of(failing, other)).allMatch(part -> part.closed.getCount() == 0);
  }

  /** No other thread of the process forgets anything. */
  @ParameterizedTest
  @MethodSource("errors")
  void survivesErrors(Error error) {
    var failing =
        new Part(
            1,
            () -> {
              throw error;
            });
    try (var housekeeping = Housekeeping.start(List.of(failing), metrics)) {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> failing.turns.get() > 2);
    }
    assertThat(failing.closed.getCount()).isZero();
  }

  static List<Error> errors() {
    return List.of(new OutOfMemoryError("made up"), new NoClassDefFoundError("made up"));
  }
}
