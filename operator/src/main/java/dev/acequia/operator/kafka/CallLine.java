package dev.acequia.operator.kafka;

import dev.acequia.operator.turns.Lines;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait, in the order of their turns. The more urgent go first. Among equals the
 * namespaces take turns, and each namespace's calls keep their order. It is for one thread at a
 * time.
 */
final class CallLine {
  /** Each fourth turn begins with a less urgent call, so that no call waits forever. */
  private static final int EXCEPTION = 4;

  private static final Urgency[] URGENCIES = Urgency.values();

  private final Map<Urgency, Lines<CallKey, Waiting>> line = new EnumMap<>(Urgency.class);

  private int turns;

  CallLine() {
    for (var urgency : URGENCIES) {
      line.put(urgency, new Lines<>());
    }
  }

  /**
   * A call in line.
   *
   * @param since when it was first put in line, on the clock of {@link System#nanoTime}
   * @param notBefore when it may be made, on the same clock
   */
  record Waiting(CallKey key, Urgency urgency, KafkaCalls.Call call, long since, long notBefore) {

    /** The same in the place of one before it. */
    Waiting inPlaceOf(@Nullable Waiting former) {
      return former == null
          ? this
          : new Waiting(
              key,
              former.urgency.compareTo(urgency) < 0 ? former.urgency : urgency,
              call,
              former.since,
              notBefore);
    }

    /** The same to be made later. */
    Waiting again(long notBefore) {
      return new Waiting(key, urgency, call, since, notBefore);
    }
  }

  /** Puts a call in line. One of the same key gives its place to it, and its urgency if higher. */
  void put(Waiting call) {
    var former = find(call.key());
    var next = call.inPlaceOf(former);
    if (former != null && former.urgency() != next.urgency()) {
      remove(call.key());
    }
    of(next.urgency()).put(next.key().namespace(), next.key(), next);
  }

  void remove(CallKey key) {
    line.values().forEach(calls -> calls.remove(key.namespace(), key));
  }

  boolean contains(CallKey key) {
    return find(key) != null;
  }

  /** The call whose turn is next among those that may be made now. */
  Optional<Waiting> next(Predicate<Waiting> mayBeMade) {
    return urgencies().flatMap(this::all).filter(mayBeMade).findFirst();
  }

  /** The call that was tried the longest time ago, however urgent it is. */
  Optional<Waiting> leastTried(Predicate<Waiting> mayBeMade) {
    var now = System.nanoTime();
    return all()
        .filter(mayBeMade)
        .max(Comparator.comparingLong(waiting -> now - waiting.notBefore()));
  }

  /** Takes a call out of the line. Its namespace stands behind the others then. */
  void take(Waiting call) {
    turns = (turns + 1) % (EXCEPTION * (URGENCIES.length - 1));
    of(call.urgency()).take(call.key().namespace(), call.key());
  }

  void clear() {
    line.values().forEach(Lines::clear);
  }

  int size() {
    return line.values().stream().mapToInt(Lines::size).sum();
  }

  /** For how long the oldest call has waited, in nanoseconds; 0 when none waits. */
  long longestWait(long now) {
    return all().mapToLong(waiting -> now - waiting.since()).max().orElse(0);
  }

  /** In the order of this turn. The less urgent ones begin an exceptional turn each in turn. */
  private Stream<Urgency> urgencies() {
    if (turns % EXCEPTION < EXCEPTION - 1) {
      return Stream.of(URGENCIES);
    }
    var favoured = URGENCIES[1 + turns / EXCEPTION];
    return Stream.concat(Stream.of(favoured), Stream.of(URGENCIES));
  }

  private Stream<Waiting> all() {
    return Stream.of(URGENCIES).flatMap(this::all);
  }

  private Stream<Waiting> all(Urgency urgency) {
    return of(urgency).all();
  }

  private @Nullable Waiting find(CallKey key) {
    return line.values().stream()
        .flatMap(calls -> calls.find(key.namespace(), key).stream())
        .findFirst()
        .orElse(null);
  }

  private Lines<CallKey, Waiting> of(Urgency urgency) {
    return Objects.requireNonNull(line.get(urgency));
  }
}
