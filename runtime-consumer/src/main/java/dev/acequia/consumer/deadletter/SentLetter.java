package dev.acequia.consumer.deadletter;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** A dead letter on its way; one that is too large for its topic sets out again without bytes. */
public final class SentLetter {
  private final Future<?> acknowledged;
  private final Supplier<Future<?>> withoutBytes;

  SentLetter(Future<?> acknowledged, Supplier<Future<?>> withoutBytes) {
    this.acknowledged = acknowledged;
    this.withoutBytes = withoutBytes;
  }

  /** Waits until the topic has it. */
  public void await(Duration limit)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      acknowledged.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof RecordTooLargeException)) {
        throw e;
      }
      withoutBytes.get().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
