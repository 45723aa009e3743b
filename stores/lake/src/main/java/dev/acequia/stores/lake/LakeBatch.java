package dev.acequia.stores.lake;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreBatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records as columns. Its size is the heap that it takes, also while it is judged. */
final class LakeBatch implements StoreBatch {
  /** A row's size beside its values: its origin. */
  private static final int ORIGIN_BYTES = 16;

  /** A key in upsert mode: two copies of it, entries of maps, the stored row. */
  private static final int KEY_BYTES = 300;

  /** A record that may be stored already: its origin in two sets. */
  private static final int SUSPECT_BYTES = 130;

  /** An idempotency key: its digests and notes. */
  private static final int MARK_BYTES = 400;

  /**
   * The idempotency key that a row came with.
   *
   * @param key scope, key and index
   * @param pushedMillis null when it is not known
   */
  record Marked(
      ByteBuffer key,
      long index,
      ByteBuffer content,
      @Nullable Long pushedMillis,
      boolean replayed) {}

  private final Schema schema;
  private final LoadMode mode;
  private final List<Column> columns;
  private final int[] key;
  private int[] generations = new int[1024];
  private int[] partitions = new int[1024];
  private long[] offsets = new long[1024];
  private int rows;
  private long bytes;
  private final BitSet deletions = new BitSet();
  private final Map<Integer, Origin> places = new HashMap<>();
  private final Map<Integer, Marked> marks = new TreeMap<>();
  private boolean expectsDuplicates;

  LakeBatch(Schema schema, LoadMode mode) {
    this.schema = schema;
    this.mode = mode;
    columns = schema.fields().stream().map(Column::of).toList();
    key = schema.keyIndexes();
  }

  @Override
  public void add(Row row, Arrival arrival) throws BadRecordException {
    var size = 0L;
    for (var i = 0; i < columns.size(); i++) {
      size += put(row, i);
    }
    end(arrival, size);
  }

  @Override
  public void addDeletion(Row row, Arrival arrival) throws BadRecordException {
    if (mode != LoadMode.UPSERT) {
      throw new IllegalStateException("deletions are for upsert mode");
    }
    var size = 0L;
    for (var i = 0; i < columns.size(); i++) {
      if (isKey(i)) {
        size += put(row, i);
      } else {
        columns.get(i).putNull(rows);
        size += columns.get(i).taken(rows);
      }
    }
    deletions.set(rows);
    end(arrival, size);
  }

  private boolean isKey(int field) {
    return Arrays.stream(key).anyMatch(one -> one == field);
  }

  /**
   * Takes a value of the next row, and answers its size; a row that is not ended is overwritten.
   */
  private long put(Row row, int field) throws BadRecordException {
    var column = columns.get(field);
    var refusal = column.put(rows, row, field);
    if (refusal.isPresent()) {
      throw new BadRecordException(
          ErrorClass.OutOfRange, schema.fields().get(field).name(), refusal.get());
    }
    return column.taken(rows);
  }

  private void end(Arrival arrival, long size) {
    if (rows == offsets.length) {
      generations = Arrays.copyOf(generations, rows * 2);
      partitions = Arrays.copyOf(partitions, rows * 2);
      offsets = Arrays.copyOf(offsets, rows * 2);
    }
    generations[rows] = arrival.generation();
    partitions[rows] = arrival.partition();
    offsets[rows] = arrival.offset();
    if (arrival.isRedriven()) {
      places.put(rows, arrival.place());
    }
    var mark = arrival.key();
    if (mark != null) {
      marks.put(rows, marked(mark));
    }
    bytes += ORIGIN_BYTES + size + (mark == null ? 0 : MARK_BYTES);
    if (mode == LoadMode.UPSERT) {
      bytes += KEY_BYTES;
      for (var field : key) {
        bytes += 2L * columns.get(field).taken(rows);
      }
    }
    rows++;
  }

  private static Marked marked(Arrival.Key mark) {
    var bytes = new KeyBytes();
    var scope = mark.scope();
    bytes.putLong(scope == null ? 0 : 1);
    if (scope != null) {
      bytes.putText(scope, 0, scope.length);
    }
    bytes.putText(mark.key(), 0, mark.key().length);
    bytes.putLong(mark.index());
    var content = new byte[mark.content().remaining()];
    mark.content().duplicate().get(content);
    return new Marked(
        Digest.of(bytes.take()),
        mark.index(),
        Digest.of(ByteBuffer.wrap(content)),
        mark.pushedMillis() < 0 ? null : mark.pushedMillis(),
        mark.replayed());
  }

  /** The column of a field, by its place in the schema. */
  Column column(int field) {
    return columns.get(field);
  }

  int generation(int row) {
    return generations[row];
  }

  int partition(int row) {
    return partitions[row];
  }

  long offset(int row) {
    return offsets[row];
  }

  Origin origin(int row) {
    return new Origin(generations[row], partitions[row], offsets[row]);
  }

  /** Where the row was read. */
  Origin place(int row) {
    var place = places.get(row);
    return place == null ? origin(row) : place;
  }

  boolean isRedriven(int row) {
    return places.containsKey(row);
  }

  boolean hasRedriven() {
    return !places.isEmpty();
  }

  boolean isDeletion(int row) {
    return deletions.get(row);
  }

  /** By row, in their order. */
  Map<Integer, Marked> marks() {
    return marks;
  }

  boolean expectsDuplicates() {
    return expectsDuplicates;
  }

  /** The values of the row's key. */
  ByteBuffer key(int row) {
    var bytes = new KeyBytes();
    for (var field : key) {
      columns.get(field).toKey(row, bytes);
    }
    return bytes.take();
  }

  @Override
  public void expectDuplicates() {
    expectsDuplicates = true;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    var suspects = mode == LoadMode.UPSERT ? 0 : expectsDuplicates ? rows : places.size();
    return bytes + (long) suspects * SUSPECT_BYTES;
  }

  @Override
  public void clear() {
    columns.forEach(Column::clear);
    rows = 0;
    bytes = 0;
    deletions.clear();
    places.clear();
    marks.clear();
    expectsDuplicates = false;
  }
}
