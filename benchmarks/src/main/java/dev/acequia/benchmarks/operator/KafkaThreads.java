package dev.acequia.benchmarks.operator;

import dev.acequia.local.CommandException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Counts again and again the operator's threads that wait for Kafka. */
final class KafkaThreads implements AutoCloseable {
  private static final Duration BETWEEN_DUMPS = Duration.ofSeconds(1);

  private final OperatorProcess operator;
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Future<Integer> most;
  private volatile boolean isEnough;

  /** Counts from now on. */
  KafkaThreads(OperatorProcess operator) {
    this.operator = operator;
    most = thread.submit((Callable<Integer>) this::count);
  }

  /** The most that there were at one time. */
  int most() throws InterruptedException {
    isEnough = true;
    try {
      return most.get();
    } catch (ExecutionException e) {
      throw new CommandException("the operator's threads cannot be counted: " + e.getCause(), e);
    }
  }

  @Override
  public void close() {
    isEnough = true;
    thread.shutdownNow();
  }

  private int count() throws IOException, InterruptedException {
    var seen = 0;
    var isLast = false;
    while (!isLast) {
      isLast = isEnough; // a dump that took long may be the only one: one more is made at the end
      seen = Math.max(seen, operator.threadsAtKafka());
      if (!isLast) {
        TimeUnit.NANOSECONDS.sleep(BETWEEN_DUMPS.toNanos());
      }
    }
    return seen;
  }
}
