package dev.acequia.stores;

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
   * @param generation of the partition's log that the offset belongs to
   */
  void add(Row row, int generation, int partition, long offset);

  /**
   * Adds the deletion of a key; in upsert mode only.
   *
   * @param key a row whose key fields are set
   * @param generation of the partition's log that the offset belongs to
   */
  void addDeletion(Row key, int generation, int partition, long offset);

  /**
   * Says that the row last added came with an idempotency key: it is dropped when another record
   * with the same key and index is already stored. What a replay reads is dropped when it was
   * dropped the first time, whatever the store remembers of keys now.
   */
  void markIdempotent(byte[] key, long index, boolean replayed);

  /** Says that many of the rows are in the store already, as those of a replay are. */
  void expectDuplicates();

  /**
   * Says that the row last added was put aside once and sent back: records that came after it may
   * have been stored, and deleted, already.
   */
  void markRedriven();

  /** How many rows there are, deletions included. */
  int rows();

  /** How much there is to send, in bytes. */
  long bytes();

  void clear();
}
