package dev.acequia.stores.lake;

import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is remembered beside the rows.
 *
 * @param serial later ones replace earlier ones of the same kind and key
 * @param origin of the record; of a repeat, where it was read
 * @param key digest of the idempotency key or of the row's key; empty for a repeat
 * @param content digest of a mark's record, to tell a repeat from a reused key; empty for other
 *     kinds
 * @param pushedMillis of a mark, when the record came first; null when it is not known
 * @param atMillis when it was noted
 */
record Note(
    Kind kind,
    long serial,
    Origin origin,
    ByteBuffer key,
    ByteBuffer content,
    @Nullable Long pushedMillis,
    long atMillis) {
  /** What is remembered. The names are written. */
  enum Kind {
    /** An idempotency key, and the record that came with it first. */
    MARK,
    /** The place of a record that was not stored for its idempotency key. */
    REPEAT,
    /** A key that was deleted. */
    DELETION
  }

  static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** The columns of a file of notes; they have nothing to do with those of the table. */
  static final Schema SCHEMA =
      new Schema(
          List.of(
              NestedField.required(1001, "kind", Types.StringType.get()),
              NestedField.required(1002, "serial", Types.LongType.get()),
              NestedField.required(1003, "generation", Types.IntegerType.get()),
              NestedField.required(1004, "partition", Types.IntegerType.get()),
              NestedField.required(1005, "offset", Types.LongType.get()),
              NestedField.required(1006, "key", Types.BinaryType.get()),
              NestedField.required(1007, "content", Types.BinaryType.get()),
              NestedField.optional(1008, "pushed", Types.LongType.get()),
              NestedField.required(1009, "at", Types.LongType.get())));

  Record toRecord() {
    var made = GenericRecord.create(SCHEMA);
    made.set(0, kind.name());
    made.set(1, serial);
    made.set(2, origin.generation());
    made.set(3, origin.partition());
    made.set(4, origin.offset());
    made.set(5, key);
    made.set(6, content);
    made.set(7, pushedMillis);
    made.set(8, atMillis);
    return made;
  }

  static Note of(Record read) {
    return new Note(
        Kind.valueOf(read.get(0).toString()),
        (Long) read.get(1),
        new Origin((Integer) read.get(2), (Integer) read.get(3), (Long) read.get(4)),
        copy((ByteBuffer) read.get(5)),
        copy((ByteBuffer) read.get(6)),
        (Long) read.get(7),
        (Long) read.get(8));
  }

  /** Readers use their buffers again. */
  private static ByteBuffer copy(ByteBuffer read) {
    var bytes = new byte[read.remaining()];
    read.duplicate().get(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
