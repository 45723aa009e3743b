package dev.acequia.benchmarks.faults;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The trap on one process's way to the store. There is at most one, and it springs once. */
final class Traps {
  private record Armed(Moment moment, Trap trap, CompletableFuture<Void> sprung) {}

  private final AtomicReference<@Nullable Armed> armed = new AtomicReference<>();

  /** Sets a trap, instead of any that is still set. Done when it has sprung. */
  CompletableFuture<Void> arm(Moment moment, Trap trap) {
    var sprung = new CompletableFuture<Void>();
    armed.set(new Armed(moment, trap, sprung));
    return sprung;
  }

  /** Takes the trap away. */
  void disarm() {
    armed.set(null);
  }

  /**
   * Springs the trap if it is set for one of these moments, and returns when the call may go on.
   *
   * @param moments that the process is at; a call may be several at once
   */
  Trap.Then springAt(List<Moment> moments) {
    var found = armed.get();
    if (found == null || !moments.contains(found.moment()) || !armed.compareAndSet(found, null)) {
      return Trap.Then.PASS;
    }
    var then = found.trap().spring();
    found.sprung().complete(null);
    return then;
  }
}
