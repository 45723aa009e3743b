package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreBatch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Rows as tuples of {@code COPY … (FORMAT binary)}: the fields and the provenance. In upsert mode
 * the fields of the key come first, a deletion's generation is negative, and it is known which rows
 * are superseded by another of their key.
 */
final class PostgresBatch implements StoreBatch {
  /** The fields' positions in the schema, in the order in which they are written. */
  private final int[] order;

  private final FieldType[] types;
  private final int keys;
  private final LoadMode mode;

  private final CopyBuffer data = new CopyBuffer();
  private int[] ends = new int[1024];
  private int rows;
  private final BitSet deletions = new BitSet();
  private final Map<Integer, Origin> redriven = new HashMap<>();

  private boolean expectsDuplicates;
  private final IdempotencyMarks marks = new IdempotencyMarks();
  private final Optional<NewestOfKeys> newest;

  PostgresBatch(Schema schema, LoadMode mode) {
    order = order(schema, mode);
    types =
        Arrays.stream(order)
            .mapToObj(field -> schema.fields().get(field).type())
            .toArray(FieldType[]::new);
    keys = schema.key().size();
    newest = mode == LoadMode.UPSERT ? NewestOfKeys.of(schema) : Optional.empty();
    this.mode = mode;
  }

  /** The names of the fields' columns in the order of the tuples. */
  static List<String> columns(Schema schema, LoadMode mode) {
    return Arrays.stream(order(schema, mode))
        .mapToObj(field -> schema.fields().get(field).name())
        .toList();
  }

  private static int[] order(Schema schema, LoadMode mode) {
    var all = IntStream.range(0, schema.fields().size());
    return switch (mode) {
      case APPEND -> all.toArray();
      case UPSERT -> {
        var key = schema.keyIndexes();
        yield IntStream.concat(
                Arrays.stream(key),
                all.filter(field -> Arrays.stream(key).noneMatch(k -> k == field)))
            .toArray();
      }
    };
  }

  @Override
  public void add(Row row, Arrival arrival) {
    begin();
    for (var i = 0; i < types.length; i++) {
      BinaryField.put(data, types[i], row, order[i]);
      noteKey(i, arrival);
    }
    end(arrival, arrival.generation());
  }

  @Override
  public void addDeletion(Row key, Arrival arrival) {
    if (mode != LoadMode.UPSERT) {
      throw new IllegalStateException("deletions are for upsert mode");
    }
    begin();
    for (var i = 0; i < types.length; i++) {
      if (i < keys) {
        BinaryField.put(data, types[i], key, order[i]);
      } else {
        BinaryField.putNull(data);
      }
      noteKey(i, arrival);
    }
    deletions.set(rows);
    end(arrival, -arrival.generation());
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
    return data.length();
  }

  @Override
  public void clear() {
    data.clear();
    rows = 0;
    deletions.clear();
    redriven.clear();
    expectsDuplicates = false;
    marks.clear();
    newest.ifPresent(NewestOfKeys::clear);
  }

  byte[] data() {
    return data.bytes();
  }

  /** Where the row's tuple begins. */
  int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  boolean hasDeletions() {
    return !deletions.isEmpty();
  }

  /** The rows that are deletions. */
  BitSet deletions() {
    return deletions;
  }

  /**
   * Tuples of the rows' numbers and of some of their columns.
   *
   * @param columns ascending positions in the rows' own tuples
   */
  CopyBuffer project(int[] columns, BitSet skip) {
    var tuples = new CopyBuffer();
    for (var row = skip.nextClearBit(0); row < rows; row = skip.nextClearBit(row + 1)) {
      tuples.putShort(columns.length + 1);
      BinaryField.int32(tuples, row);
      var at = start(row) + Short.BYTES;
      var next = 0;
      for (var column = 0; next < columns.length; column++) {
        var size = Integer.BYTES + Math.max(0, CopyBuffer.intAt(data.bytes(), at));
        if (column == columns[next]) {
          tuples.putBytes(data.bytes(), at, size);
          next++;
        }
        at += size;
      }
    }
    return tuples;
  }

  boolean hasRedriven() {
    return !redriven.isEmpty();
  }

  /** The rows that were sent back, by their numbers. */
  Map<Integer, Origin> redriven() {
    return redriven;
  }

  boolean expectsDuplicates() {
    return expectsDuplicates;
  }

  IdempotencyMarks marks() {
    return marks;
  }

  /** Empty when only the table can tell which keys are equal. */
  Optional<NewestOfKeys> newestOfKeys() {
    return newest;
  }

  private void noteKey(int written, Arrival arrival) {
    if (written == keys - 1 && newest.isPresent()) {
      newest
          .get()
          .add(
              rows,
              data,
              start(rows) + Short.BYTES,
              arrival.generation(),
              arrival.partition(),
              arrival.offset());
    }
  }

  private void begin() {
    data.putShort(types.length + 3);
  }

  private void end(Arrival arrival, int signedGeneration) {
    BinaryField.int32(data, signedGeneration);
    BinaryField.int32(data, arrival.partition());
    BinaryField.int64(data, arrival.offset());
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, rows * 2);
    }
    if (arrival.isRedriven()) {
      redriven.put(rows, arrival.origin());
    }
    if (arrival.key() != null) {
      marks.add(rows, arrival.key(), arrival.origin(), arrival.place());
    }
    ends[rows++] = data.length();
  }
}
