package dev.acequia.operator.kafka;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
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

  /** By urgency and namespace; the namespace whose turn is next stands first. */
  private final Map<Urgency, SequencedMap<String, Map<CallKey, Waiting>>> line =
      new EnumMap<>(Urgency.class);

  private int turns;

  CallLine() {
    for (var urgency : URGENCIES) {
      line.put(urgency, new LinkedHashMap<>());
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
    of(next.urgency())
        .computeIfAbsent(next.key().namespace(), _ -> new LinkedHashMap<>())
        .put(next.key(), next);
  }

  void remove(CallKey key) {
    for (var namespaces : line.values()) {
      namespaces.computeIfPresent(
          key.namespace(),
          (_, calls) -> {
            calls.remove(key);
            return calls.isEmpty() ? null : calls;
          });
    }
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
    remove(call.key());
    var namespaces = of(call.urgency());
    var rest = namespaces.remove(call.key().namespace());
    if (rest != null) {
      namespaces.putLast(call.key().namespace(), rest);
    }
  }

  void clear() {
    line.values().forEach(Map::clear);
  }

  int size() {
    return line.values().stream()
        .flatMap(namespaces -> namespaces.values().stream())
        .mapToInt(Map::size)
        .sum();
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
    return of(urgency).values().stream().flatMap(calls -> calls.values().stream());
  }

  private @Nullable Waiting find(CallKey key) {
    for (var namespaces : line.values()) {
      var found = namespaces.getOrDefault(key.namespace(), Map.of()).get(key);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private SequencedMap<String, Map<CallKey, Waiting>> of(Urgency urgency) {
    return Objects.requireNonNull(line.get(urgency));
  }
}
