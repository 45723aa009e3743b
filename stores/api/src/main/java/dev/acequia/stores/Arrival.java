package dev.acequia.stores;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a row comes with: its origin and its marks. One is set for each row in turn; a batch takes
 * what it needs of it and keeps no reference.
 */
public final class Arrival {
  private int generation;
  private int partition;
  private long offset;
  private boolean redriven;
  private int placeGeneration;
  private long placeOffset;
  private @Nullable Key key;

  /**
   * The idempotency key that a record came with.
   *
   * @param scope whose key it is; null where the record does not say
   * @param index of the record among those of its push
   * @param content by which a repeat is told from another record
   * @param pushedMillis when the record came first, in milliseconds of the epoch; negative if
   *     unknown, then the day begins when the store first sees the key
   * @param replayed whether the store has judged the record before
   */
  public record Key(
      byte @Nullable [] scope,
      byte[] key,
      long index,
      ByteBuffer content,
      long pushedMillis,
      boolean replayed) {}

  /**
   * A record that stands where it was written first, without marks.
   *
   * @param generation of the partition's log that the offset belongs to
   */
  public Arrival from(int generation, int partition, long offset) {
    this.generation = generation;
    this.partition = partition;
    this.offset = offset;
    redriven = false;
    key = null;
    return this;
  }

  /**
   * The record was put aside once and sent back: records that came after it may have been stored,
   * and deleted, already.
   *
   * @param generation of the log that it stands in now
   * @param offset where it stands now, in the same partition
   */
  public Arrival redrivenTo(int generation, long offset) {
    redriven = true;
    placeGeneration = generation;
    placeOffset = offset;
    return this;
  }

  /**
   * The record is dropped when the same came within a day before with the same scope, key and
   * index, and rejected when another did. What a replay reads is dropped when it was not stored the
   * first time, whatever the store remembers of keys now.
   */
  public Arrival keyed(@Nullable Key key) {
    this.key = key;
    return this;
  }

  public int generation() {
    return generation;
  }

  public int partition() {
    return partition;
  }

  public long offset() {
    return offset;
  }

  public boolean isRedriven() {
    return redriven;
  }

  public @Nullable Key key() {
    return key;
  }

  /** Whose record it is. */
  public Origin origin() {
    return new Origin(generation, partition, offset);
  }

  /** Where it was read: not its origin when it was put aside once and sent back. */
  public Origin place() {
    return redriven ? new Origin(placeGeneration, partition, placeOffset) : origin();
  }
}
