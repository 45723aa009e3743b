package dev.acequia.consumer.consume;

import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreRefusedException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Decides for one kind of work whether the store needs a person or is only being changed. */
final class StoreRefusals {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Longer than any pause between attempts. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private boolean goesOn;
  private long firstNanos;
  private long lastNanos;

  StoreRefusals(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Notes a refusal. Once refusals have gone on for a while, a person is needed. */
  Optional<TerminationException> refused(StoreRefusedException e) {
    var now = nanoTime.getAsLong();
    if (!goesOn || now - lastNanos > FORGOTTEN_AFTER.toNanos()) {
      goesOn = true;
      firstNanos = now;
    }
    lastNanos = now;
    return now - firstNanos < PATIENCE.toNanos()
        ? Optional.empty()
        : Optional.of(
            new TerminationException(
                Termination.Reason.StoreRefused, String.valueOf(e.getMessage())));
  }

  /** The work succeeded. */
  void passed() {
    goesOn = false;
  }
}
