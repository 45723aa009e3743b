package dev.acequia.stores;

import dev.acequia.contract.record.Row;

/**
 * Records on their way into a store, already in the store's own format. Filled by one thread,
 * written by another, cleared and used again. Rows are numbered from 0 in the order they were
 * added.
 */
public interface StoreBatch {
  /** Adds a record. */
  void add(Row row, Arrival arrival);

  /**
   * Adds the deletion of a key; in upsert mode only.
   *
   * @param key a row whose key fields are set
   */
  void addDeletion(Row key, Arrival arrival);

  /** Says that many of the rows are in the store already, as those of a replay are. */
  void expectDuplicates();

  /** How many rows there are, deletions included. */
  int rows();

  /** How much there is to send, in bytes. */
  long bytes();

  void clear();
}
