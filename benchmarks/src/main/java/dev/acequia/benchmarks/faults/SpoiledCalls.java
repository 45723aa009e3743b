package dev.acequia.benchmarks.faults;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Which calls of one pipeline's processes are spoiled on their way to a service. */
final class SpoiledCalls {
  private record Spell(CallFault fault, double share) {}

  private final Map<CallFault, Long> counts = new EnumMap<>(CallFault.class);
  private Optional<Spell> spell = Optional.empty();

  /**
   * Spoils calls from now on.
   *
   * @param share of the calls, 0 to 1
   */
  synchronized void begin(CallFault fault, double share) {
    spell = Optional.of(new Spell(fault, share));
  }

  /** Spoils no more. */
  synchronized void end() {
    spell = Optional.empty();
  }

  /** What becomes of the next call; empty when it passes. */
  synchronized Optional<CallFault> draw() {
    var drawn =
        spell
            .filter(now -> ThreadLocalRandom.current().nextDouble() < now.share())
            .map(Spell::fault);
    drawn.ifPresent(fault -> counts.merge(fault, 1L, Long::sum));
    return drawn;
  }

  /** How many calls were spoiled in this way so far. */
  synchronized long count(CallFault fault) {
    return counts.getOrDefault(fault, 0L);
  }

  /** How many calls were spoiled so far. */
  synchronized Map<CallFault, Long> counts() {
    return Map.copyOf(counts);
  }
}
