package dev.acequia.stores.position;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The positions of all partitions, and the ledger beside them.
 *
 * @param byPartition can be changed
 * @param ledger can be changed
 */
public record Positions(SortedMap<Integer, Position> byPartition, Ledger ledger) {
  /** Of a table that is not there yet. */
  public Positions() {
    this(new TreeMap<>(), new Ledger());
  }

  /** A copy. */
  public Positions(Positions other) {
    this(new TreeMap<>(other.byPartition), new Ledger(other.ledger));
  }

  /** Notes up to where logs were read into a table that is gone. */
  public void noteWhatWasRead() {
    byPartition.forEach(
        (partition, position) ->
            ledger.noteRead(
                partition,
                position.topicId(),
                new Ledger.ReadBefore(position.present(), position.presentEpoch())));
  }
}
