package dev.acequia.stores;

import dev.acequia.contract.record.Row;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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
   * Says that the row last added came with an idempotency key: it is dropped when the same record
   * came within a day before with the same scope, key and index, and rejected when another did.
   * What a replay reads is dropped when it was not stored the first time, whatever the store
   * remembers of keys now.
   *
   * @param scope whose key it is; null where the record does not say
   * @param content by which a repeat is told from another record
   * @param pushedMillis when the record came first, in milliseconds of the epoch; negative if
   *     unknown, then the day begins when the store first sees the key
   * @param replayed whether the store has judged the record before
   */
  void markIdempotent(
      byte @Nullable [] scope,
      byte[] key,
      long index,
      ByteBuffer content,
      long pushedMillis,
      boolean replayed);

  /** Says that many of the rows are in the store already, as those of a replay are. */
  void expectDuplicates();

  /**
   * Says that the row last added was put aside once and sent back: records that came after it may
   * have been stored, and deleted, already. Said before {@link #markIdempotent}.
   *
   * @param generation of the log that it stands in now
   * @param offset where it stands now
   */
  void markRedriven(int generation, long offset);

  /** How many rows there are, deletions included. */
  int rows();

  /** How much there is to send, in bytes. */
  long bytes();

  void clear();
}
