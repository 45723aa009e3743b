package dev.acequia.consumer.consume;

import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreRefusedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one kind of work whether the store or Kafka needs a person, or is only being changed.
 */
final class Refusals {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Longer than any pause between attempts. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private boolean goesOn;
  private long firstNanos;
  private long lastNanos;

  Refusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes a refusal. Once refusals have gone on for a while, a person is needed. */
  Optional<TerminationException> refused(StoreRefusedException e) {
    return refused(Termination.Reason.StoreRefused, String.valueOf(e.getMessage()));
  }

  /** The same of Kafka; empty also when this is no refusal of a log-on or a right. */
  Optional<TerminationException> refusedByKafka(@Nullable Throwable e) {
    if (e instanceof GroupAuthorizationException) {
      // Kafka's client never asks again.
      return Optional.of(new TerminationException(Termination.Reason.KafkaRefused, "Kafka: " + e));
    }
    return e instanceof AuthenticationException || e instanceof AuthorizationException
        ? refused(Termination.Reason.KafkaRefused, "Kafka: " + e)
        : Optional.empty();
  }

  private Optional<TerminationException> refused(Termination.Reason reason, String words) {
    var now = nanoTime.getAsLong();
    if (!goesOn || now - lastNanos > FORGOTTEN_AFTER.toNanos()) {
      goesOn = true;
      firstNanos = now;
    }
    lastNanos = now;
    return now - firstNanos < PATIENCE.toNanos()
        ? Optional.empty()
        : Optional.of(new TerminationException(reason, words));
  }

  /** The work succeeded. */
  void passed() {
    goesOn = false;
  }
}
