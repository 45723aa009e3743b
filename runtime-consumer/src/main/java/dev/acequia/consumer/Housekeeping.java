package dev.acequia.consumer;

import dev.acequia.contract.PipelineMetric;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store's housekeeping, each part on a thread of its own: nothing waits for it, and the load
 * goes on when it fails.
 */
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofMinutes(5);
  private static final Duration STOP = Duration.ofSeconds(2);

  /** Adds up to a quarter to each pause, so replicas do not stay in step. */
  private static final int JITTER = 4;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final List<Thread> threads;

  private Housekeeping(List<StoreHousekeeping> parts, MetricSet.ForPipeline metrics) {
    threads =
        parts.stream()
            .map(
                part ->
                    new Part(
                        part, metrics.gauge(PipelineMetric.HOUSEKEEPING_FAILING, part.subject())))
            .map(part -> Thread.ofPlatform().name("housekeeping").daemon().start(part))
            .toList();
  }

  static Housekeeping start(List<StoreHousekeeping> parts, MetricSet.ForPipeline metrics) {
    return new Housekeeping(parts, metrics);
  }

  /** Ends it soon; what is under way is rolled back. */
  @Override
  public void close() {
    stop.countDown();
    try {
      for (var thread : threads) {
        thread.join(STOP);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Part implements Runnable {
    private final StoreHousekeeping store;
    private final GaugeDataPoint failingSince;
    private Duration retry = FIRST_RETRY;
    private boolean isFailing;

    Part(StoreHousekeeping store, GaugeDataPoint failingSince) {
      this.store = store;
      this.failingSince = failingSince;
      failingSince.set(0);
    }

    @Override
    public void run() {
      try (store) {
        var pause = random(store.first().toNanos());
        while (!stop.await(pause, TimeUnit.NANOSECONDS)) {
          pause = spread(attempt());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static long spread(Duration pause) {
      var nanos = pause.toNanos();
      return nanos + random(nanos / JITTER);
    }

    private static long random(long most) {
      return ThreadLocalRandom.current().nextLong(most + 1);
    }

    /** No other thread does this work, so no error may end this one. */
    private Duration attempt() {
      try {
        return work();
      } catch (OutOfMemoryError e) {
        return LAST_RETRY; // there was none for the log either
      }
    }

    private Duration work() {
      try {
        var pause = store.work();
        if (isFailing) {
          LOG.info("housekeeping of {} works again", store.subject());
        }
        isFailing = false;
        failingSince.set(0);
        retry = FIRST_RETRY;
        return pause;
      } catch (StoreUnavailableException e) {
        return failed(String.valueOf(e.getMessage()));
      } catch (RuntimeException | Error e) {
        // The piece has released its memory. If the load runs out of memory, it ends the process.
        return failed(e.toString());
      }
    }

    private Duration failed(String reason) {
      var pause = retry;
      var longer = retry.multipliedBy(2);
      retry = longer.compareTo(LAST_RETRY) < 0 ? longer : LAST_RETRY;
      if (!isFailing) {
        failingSince.set(TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
        LOG.warn(
            "housekeeping of {} fails, retrying; the load goes on, and due work waits: {}",
            store.subject(),
            reason);
        isFailing = true;
      }
      return pause;
    }
  }
}
