package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.StoreBatch;
import java.util.Arrays;
import java.util.UUID;

/**
 * Rows as tuples of {@code COPY … (FORMAT binary)}. Append: the fields and the provenance, as in
 * the table. Upsert: the fields, partition, offset, and whether it is a deletion, as in the staging
 * table.
 */
final class PostgresBatch implements StoreBatch {
  private final FieldType[] types;
  private final boolean[] inKey;
  private final LoadMode mode;
  private final UUID topicId;

  private final CopyBuffer data = new CopyBuffer();
  private int[] ends = new int[1024];
  private int rows;
  private boolean hasDeletions;
  private boolean hasRedriven;
  private final IdempotencyMarks marks = new IdempotencyMarks();
  private int lastPartition;
  private long lastOffset;

  PostgresBatch(Schema schema, LoadMode mode, UUID topicId) {
    types = schema.fields().stream().map(Field::type).toArray(FieldType[]::new);
    inKey = new boolean[types.length];
    for (var field : schema.keyIndexes()) {
      inKey[field] = true;
    }
    this.mode = mode;
    this.topicId = topicId;
  }

  @Override
  public void add(Row row, int partition, long offset) {
    begin();
    for (var i = 0; i < types.length; i++) {
      BinaryField.put(data, types[i], row, i);
    }
    end(partition, offset, false);
  }

  @Override
  public void addDeletion(Row key, int partition, long offset) {
    if (mode != LoadMode.UPSERT) {
      throw new IllegalStateException("deletions are for upsert mode");
    }
    begin();
    for (var i = 0; i < types.length; i++) {
      if (inKey[i]) {
        BinaryField.put(data, types[i], key, i);
      } else {
        BinaryField.putNull(data);
      }
    }
    end(partition, offset, true);
    hasDeletions = true;
  }

  @Override
  public void markIdempotent(byte[] key, long index) {
    marks.add(rows - 1, key, index, lastPartition, lastOffset);
  }

  @Override
  public void markRedriven() {
    hasRedriven = true;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    return data.length();
  }

  @Override
  public void clear() {
    data.clear();
    rows = 0;
    hasDeletions = false;
    hasRedriven = false;
    marks.clear();
  }

  byte[] data() {
    return data.bytes();
  }

  /** Where the row's tuple begins. */
  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  boolean hasDeletions() {
    return hasDeletions;
  }

  boolean hasRedriven() {
    return hasRedriven;
  }

  IdempotencyMarks marks() {
    return marks;
  }

  private void begin() {
    data.putShort(types.length + 3);
  }

  private void end(int partition, long offset, boolean deletion) {
    switch (mode) {
      case APPEND -> {
        BinaryField.uuid(data, topicId.getMostSignificantBits(), topicId.getLeastSignificantBits());
        BinaryField.int32(data, partition);
        BinaryField.int64(data, offset);
      }
      case UPSERT -> {
        BinaryField.int32(data, partition);
        BinaryField.int64(data, offset);
        BinaryField.bool(data, deletion);
      }
    }
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, rows * 2);
    }
    ends[rows++] = data.length();
    lastPartition = partition;
    lastOffset = offset;
  }
}
