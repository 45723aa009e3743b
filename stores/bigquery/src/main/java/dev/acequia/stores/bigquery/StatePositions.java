package dev.acequia.stores.bigquery;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.StateTable.Change;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.position.Positions;
import dev.acequia.stores.position.PositionsMigration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The positions of a state for a migration, with all rows counted. A partition that gets another
 * position loses its owner first; so no row comes behind the one that it is derived from.
 */
final class StatePositions {
  private final PipelineDefinition definition;
  private final StoredRows rows;
  private final RowStreams streams;
  private final Claims claims;

  StatePositions(
      PipelineDefinition definition,
      StateTable table,
      StoredRows rows,
      RowStreams streams,
      TableNames names) {
    this.definition = definition;
    this.rows = rows;
    this.streams = streams;
    claims = new Claims(table, streams, rows, names);
  }

  /**
   * What a migration makes of a state.
   *
   * @param changes of the partitions, which go together with that of the registry
   * @param trouble why a person is needed still
   */
  record Next(Positions positions, List<Change> changes, Optional<TerminationException> trouble) {}

  /** What is known of the table that is to be filled, which may be the next one. */
  static Registry base(State state) {
    return state.registry().knowsNoTable() ? noted(state).refilled() : state.registry();
  }

  /**
   * The registry when the table is gone: up to where it was filled is noted. Rows that only the
   * table counted are lost with it. Where there may be such rows, nobody can say any more whether
   * the log was cut before their end, so a generation begins.
   */
  static Registry noted(State state) {
    var ledger = state.registry().knownLedger();
    var next = ledger.next();
    state
        .partitions()
        .forEach(
            (partition, known) -> {
              var position = known.state().position();
              if (known.state().mayBeBehind()) {
                ledger.cut(partition, position.topicId(), next, 0);
              } else {
                ledger.noteRead(
                    partition,
                    position.topicId(),
                    new Ledger.ReadBefore(position.present(), position.presentEpoch()));
              }
            });
    return state.registry().withLedger(ledger);
  }

  /**
   * The positions as they are now; owners may read on meanwhile. Rows are counted only where a
   * person's word may be applied: to look at them reads four columns of the whole table.
   */
  Positions of(State state) throws StoreUnavailableException {
    var byPartition = new TreeMap<Integer, Position>();
    if (!state.registry().knowsNoTable()) {
      var word = definition.acceptedOffsets();
      var isDue = word != null && !state.registry().knownLedger().knows(word);
      var last = isDue ? rows.last(fences(state)) : Map.<Integer, StoredRows.Last>of();
      state
          .partitions()
          .forEach(
              (partition, known) ->
                  byPartition.put(
                      partition, Claims.ahead(known.state(), last.get(partition)).position()));
    }
    return new Positions(byPartition, base(state).knownLedger());
  }

  /** Those of the rows that the state does not count. */
  private static Map<Integer, Long> fences(State state) {
    var fences = new HashMap<Integer, Long>();
    state
        .partitions()
        .forEach(
            (partition, known) -> {
              var stream = known.state().stream();
              var fence = stream == null ? null : stream.fences().get(partition);
              if (fence != null && known.state().mayBeBehind()) {
                fences.put(partition, fence);
              }
            });
    return fences;
  }

  /**
   * What a migration makes of the positions.
   *
   * @return empty when others changed the state meanwhile
   */
  Optional<Next> next(State state, PositionsMigration migration)
      throws TerminationException, StoreUnavailableException {
    var before = of(state);
    var after = new Positions(before);
    var trouble = migration.apply(after);
    var moved = moved(before, after);
    if (moved.isEmpty()) {
      return Optional.of(new Next(after, changes(state, after, Set.of()), trouble));
    }
    var ended = claims.end(state, moved);
    if (ended.isEmpty()) {
      return Optional.empty();
    }
    var still = state.withPartitions(ended.get());
    var counted = of(still);
    var last = new Positions(counted);
    trouble = migration.apply(last);
    return moved.containsAll(moved(counted, last))
        ? Optional.of(new Next(last, changes(still, last, moved), trouble))
        : Optional.empty();
  }

  /** The partitions that are read on elsewhere than they were. */
  private static Set<Integer> moved(Positions before, Positions after) {
    var moved = new TreeSet<Integer>();
    before
        .byPartition()
        .forEach(
            (partition, position) -> {
              if (!position.equals(after.byPartition().get(partition))) {
                moved.add(partition);
              }
            });
    return moved;
  }

  /**
   * The changes of the partitions.
   *
   * @param ended those whose claims were ended, and whose rows are all counted
   */
  private List<Change> changes(State state, Positions after, Set<Integer> ended) {
    var registry = state.registry();
    var isNewSchema = !registry.schemaHash().equals(definition.schema().hash());
    var changes = new ArrayList<Change>();
    after
        .byPartition()
        .forEach(
            (partition, position) -> {
              var known = state.partition(partition);
              if (known == null) {
                changes.add(Change.of(partition, PartitionState.of(position, null), 0));
              } else if (registry.knowsNoTable() || ended.contains(partition)) {
                changes.add(
                    Change.of(partition, PartitionState.of(position, null), known.revision()));
              } else if (isNewSchema) {
                // Void for those who know the former schema only; their rows are counted later.
                changes.add(Change.of(partition, known.state().claimed(), known.revision()));
              }
            });
    state
        .partitions()
        .forEach(
            (partition, known) -> {
              if (!after.byPartition().containsKey(partition)) {
                changes.add(Change.removed(partition, known.revision()));
              }
            });
    return changes;
  }

  /**
   * Ends the streams of owners whose claims are void: what they send with a former schema, or from
   * a former position, does not come in. Also those that a migration which crashed has left.
   */
  void endStreams(State state) throws StoreUnavailableException {
    var names = new HashSet<String>();
    collect(state.partitions(), names);
    for (var name : names) {
      streams.finish(name);
    }
  }

  private static void collect(SortedMap<Integer, State.Known> partitions, Set<String> names) {
    partitions.forEach(
        (partition, known) -> {
          var stream = known.state().stream();
          if (stream != null
              && !Objects.equals(stream.fences().get(partition), known.state().fence())) {
            names.add(stream.name());
          }
        });
  }
}
