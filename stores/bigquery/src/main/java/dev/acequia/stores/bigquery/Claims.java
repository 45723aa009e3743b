package dev.acequia.stores.bigquery;

import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.PartitionState.Stream;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.table.TableNames;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The claims of append mode. A claim raises the fences of its partitions, ends the streams of their
 * former owners, counts the rows of these streams, and makes a stream of its own. After that
 * BigQuery takes no row of a former owner, and all earlier rows are counted.
 */
final class Claims {
  private final StateTable table;
  private final RowStreams streams;
  private final StoredRows rows;
  private final TableNames names;
  private final Map<Integer, Held> held = new HashMap<>();

  /** Streams of this process to which nothing is appended any more. */
  private final Set<String> ended = new HashSet<>();

  Claims(StateTable table, RowStreams streams, StoredRows rows, TableNames names) {
    this.table = table;
    this.streams = streams;
    this.rows = rows;
    this.names = names;
  }

  @Nullable Held held(int partition) {
    return held.get(partition);
  }

  void put(int partition, Held changed) {
    held.put(partition, changed);
  }

  /** Those whose rows the state does not count. */
  Map<Integer, Held> ahead() {
    var ahead = new TreeMap<Integer, Held>();
    held.forEach(
        (partition, one) -> {
          if (one.position().next() != one.known().state().next()) {
            ahead.put(partition, one);
          }
        });
    return ahead;
  }

  /** Forgets the claims of partitions that somebody has taken over. */
  void drop(Collection<Integer> partitions) {
    held.keySet().removeAll(partitions);
  }

  /** Forgets the claims of partitions that somebody has taken over. */
  void forget(Collection<PartitionAdvance> advances) {
    advances.forEach(advance -> held.remove(advance.partition()));
  }

  /**
   * Forgets the claims of partitions whose rows have an unknown fate: the next claim counts them.
   * The end of their stream is unknown, so other partitions get another stream.
   */
  void forget(Collection<PartitionAdvance> advances, String stream) {
    forget(advances);
    ended.add(stream);
  }

  /**
   * Gives up what is held, in order: the positions are written, so nobody has to count rows. What
   * somebody has taken over meanwhile is left to them.
   */
  void release() throws StoreUnavailableException {
    var state = held.isEmpty() ? null : table.read().orElse(null);
    if (state == null) {
      return;
    }
    var changes = new ArrayList<Change>();
    var finished = new HashSet<String>();
    for (var one : held.entrySet()) {
      var own = one.getValue();
      if (own.known().equals(state.partition(one.getKey()))) {
        if (finished.add(own.stream())) {
          streams.finish(own.stream());
        }
        var position = own.position();
        changes.add(
            Change.of(
                one.getKey(),
                position.at(position.next(), position.epoch(), null),
                own.known().revision()));
      }
    }
    held.clear();
    table.change(changes);
  }

  /**
   * Takes partitions over.
   *
   * @return what is held of them now; empty when others changed the state meanwhile
   */
  Optional<SortedMap<Integer, Held>> take(State state, Collection<Integer> partitions)
      throws StoreUnavailableException {
    var former = end(state, partitions);
    if (former.isEmpty()) {
      return Optional.empty();
    }
    var fences = new HashMap<Integer, Long>();
    former.get().forEach((partition, known) -> fences.put(partition, known.state().fence()));
    var stream = new Stream(streams.create(names.data()), fences);
    var changes = new ArrayList<Change>();
    var taken = new TreeMap<Integer, Held>();
    former
        .get()
        .forEach(
            (partition, known) -> {
              var own = known.state().at(known.state().next(), known.state().epoch(), stream);
              changes.add(Change.of(partition, own, known.revision()));
              taken.put(
                  partition,
                  new Held(
                      own.fence(),
                      new State.Known(known.revision() + 1, own),
                      own,
                      System.nanoTime()));
            });
    if (!table.change(changes)) {
      return Optional.empty();
    }
    held.putAll(taken);
    return Optional.of(taken);
  }

  /**
   * Ends the claims of partitions: nothing is written under them after this, and all that was is
   * counted.
   *
   * @return what the partitions are then, which is not written yet, with the revisions that they
   *     have in the table; empty when others changed the state meanwhile
   */
  Optional<SortedMap<Integer, State.Known>> end(State state, Collection<Integer> partitions)
      throws StoreUnavailableException {
    var raised = new TreeMap<Integer, PartitionState>();
    var changes = new ArrayList<Change>();
    for (var partition : partitions) {
      var known = known(state, partition);
      var claimed = known.state().claimed();
      raised.put(partition, claimed);
      changes.add(Change.of(partition, claimed, known.revision()));
    }
    if (!table.change(changes)) {
      return Optional.empty();
    }
    var ended = new TreeMap<Integer, State.Known>();
    counted(state, raised)
        .forEach(
            (partition, position) ->
                ended.put(
                    partition,
                    new State.Known(
                        known(state, partition).revision() + 1,
                        position.at(position.next(), position.epoch(), null))));
    return Optional.of(ended);
  }

  private static State.Known known(State state, int partition) {
    var known = state.partition(partition);
    if (known == null) {
      throw new IllegalArgumentException("a partition without a state: " + partition);
    }
    return known;
  }

  /**
   * Where partitions are when all rows of their former owners are counted. Their streams end.
   *
   * @param state before the claim
   */
  private SortedMap<Integer, PartitionState> counted(
      State state, SortedMap<Integer, PartitionState> raised) throws StoreUnavailableException {
    var counted = new TreeMap<>(raised);
    var behind = new HashMap<Stream, List<Integer>>();
    raised.forEach(
        (partition, claimed) -> {
          var stream = claimed.stream();
          if (stream != null) {
            behind.computeIfAbsent(stream, one -> new ArrayList<>()).add(partition);
          }
        });
    for (var one : behind.entrySet()) {
      var stream = one.getKey();
      var count = streams.finish(stream.name());
      ended.add(stream.name());
      @Nullable Map<Integer, StoredRows.Last> found = null;
      for (var partition : one.getValue()) {
        var claimed = known(raised, partition);
        var own = held.get(partition);
        if (own != null && own.known().equals(state.partition(partition))) {
          // Its own rows, which it has counted.
          counted.put(
              partition,
              claimed.at(own.position().next(), own.position().epoch(), claimed.stream()));
        } else {
          // In a replay too: they have to be seen before it asks for them.
          if (found == null) {
            found =
                count.isPresent()
                    ? rows.last(stream, count.getAsLong())
                    : rows.last(stream.fences());
          }
          counted.put(partition, ahead(claimed, found.get(partition)));
        }
      }
    }
    return counted;
  }

  private static PartitionState known(SortedMap<Integer, PartitionState> states, int partition) {
    var known = states.get(partition);
    if (known == null) {
      throw new IllegalArgumentException("a partition without a state: " + partition);
    }
    return known;
  }

  /**
   * The position behind all stored rows. During a replay, a row at or behind {@code resume} comes
   * from a batch that crossed the replay's end. Batches append in log order, so the rest of the
   * replay is stored too.
   */
  static PartitionState ahead(PartitionState state, StoredRows.@Nullable Last last) {
    return last != null && last.read() >= state.position().present()
        ? state.at(last.read() + 1, last.epoch(), state.stream())
        : state;
  }

  /**
   * The one stream of some partitions, to which their rows go together. Where they were claimed one
   * after the other, they are taken again under one stream, if nobody has taken one since.
   *
   * @return empty when somebody has
   */
  Optional<String> stream(List<PartitionAdvance> advances) throws StoreUnavailableException {
    var names = new HashSet<String>();
    var partitions = new ArrayList<Integer>();
    for (var advance : advances) {
      var one = held.get(advance.partition());
      if (one == null) {
        return Optional.empty();
      }
      names.add(one.stream());
      partitions.add(advance.partition());
    }
    if (names.size() == 1 && !ended.contains(names.iterator().next())) {
      return names.stream().findFirst();
    }
    var state = table.read().orElse(null);
    if (state == null) {
      return Optional.empty();
    }
    var former = new HashMap<Integer, Held>();
    for (var partition : partitions) {
      var one = held.get(partition);
      if (one == null || !one.known().equals(state.partition(partition))) {
        return Optional.empty();
      }
      former.put(partition, one);
    }
    var taken = take(state, partitions);
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    var stream = Optional.<String>empty();
    for (var one : former.entrySet()) {
      var joined = held.get(one.getKey());
      if (joined != null) {
        held.put(
            one.getKey(),
            new Held(
                one.getValue().claimed(), joined.known(), joined.position(), joined.savedNanos()));
        stream = Optional.of(joined.stream());
      }
    }
    return stream;
  }
}
