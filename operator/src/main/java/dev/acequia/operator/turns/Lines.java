package dev.acequia.operator.turns;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * What waits, in a line for each namespace. The namespaces take turns, and each line keeps its
 * order. It is for one thread at a time.
 *
 * @param <K> tells what waits apart
 * @param <V> what waits
 */
public final class Lines<K, V> {
  /** The namespace whose turn is next stands first. */
  private final SequencedMap<String, SequencedMap<K, V>> lines = new LinkedHashMap<>();

  /** Puts it at the end of its namespace's line, or in the place of the one with this key. */
  public void put(String namespace, K key, V waiting) {
    lines.computeIfAbsent(namespace, _ -> new LinkedHashMap<>()).put(key, waiting);
  }

  /** What waits under this key. */
  public Optional<V> find(String namespace, K key) {
    return Optional.ofNullable(lines.get(namespace))
        .flatMap(line -> Optional.ofNullable(line.get(key)));
  }

  /** Takes it out of its line; the namespace keeps its turn. */
  public void remove(String namespace, K key) {
    lines.computeIfPresent(
        namespace,
        (_, line) -> {
          line.remove(key);
          return line.isEmpty() ? null : line;
        });
  }

  /** Takes it out of its line, since it has its turn. Its namespace stands behind the others. */
  public void take(String namespace, K key) {
    remove(namespace, key);
    var rest = lines.remove(namespace);
    if (rest != null) {
      lines.putLast(namespace, rest);
    }
  }

  /** Takes the first out of this namespace's line. */
  public Optional<V> takeFirst(String namespace) {
    var line = lines.get(namespace);
    if (line == null) {
      return Optional.empty();
    }
    var first = line.entrySet().iterator().next();
    take(namespace, first.getKey());
    return Optional.of(first.getValue());
  }

  /** The first of each line, in the order of the lines' turns. */
  Stream<V> firsts() {
    return lines.values().stream().map(line -> line.values().iterator().next());
  }

  /** All that waits, the line first whose turn is next. */
  public Stream<V> all() {
    return lines.values().stream().flatMap(line -> line.values().stream());
  }

  /** How many wait. */
  public int size() {
    return lines.values().stream().mapToInt(SequencedMap::size).sum();
  }

  /** Ends all waiting. */
  public void clear() {
    lines.clear();
  }
}
