package dev.acequia.stores;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.Row;

/**
 * Records on their way into a store, already in the store's own format. Filled by one thread,
 * written by another, cleared and used again. Rows are numbered from 0 in the order they were
 * added.
 */
public interface StoreBatch {
  /**
   * Adds a record.
   *
   * @throws BadRecordException when the store cannot hold one of its values; the batch is as it was
   *     before, and the record becomes a dead letter
   */
  void add(Row row, Arrival arrival) throws BadRecordException;

  /**
   * Adds the deletion of a key; in upsert mode only.
   *
   * @param key a row whose key fields are set
   * @throws BadRecordException as {@link #add} does
   */
  void addDeletion(Row key, Arrival arrival) throws BadRecordException;

  /** Says that many of the rows are in the store already, as those of a replay are. */
  void expectDuplicates();

  /** How many rows there are, deletions included. */
  int rows();

  /** How much there is to send, in bytes. */
  long bytes();

  void clear();
}
