package dev.acequia.consumer.consume;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * The records that a batch's rows came from, those that may yet be refused, for the few that become
 * dead letters. They are kept as numbers and ranges of the client's own buffers: as objects, those
 * of a large batch would be copied by one garbage collection after another.
 */
final class RowSources {
  private static final byte[] NO_BYTES = new byte[0];

  /** The length of a key or value that is null. */
  private static final int NULL = -1;

  private int size;
  private String topic = "";

  /** The number of each one's row in the batch, in ascending order. */
  private int[] rows = new int[1024];

  private int[] partitions = new int[1024];
  private long[] offsets = new long[1024];
  private long[] timestamps = new long[1024];

  /** Null for a record without headers, as most are. */
  private @Nullable Headers[] headers = new Headers[1024];

  /** What holds a record's key and value. */
  private byte[][] buffers = new byte[1024][];

  private int[] keyStarts = new int[1024];
  private int[] keyLengths = new int[1024];
  private int[] valueStarts = new int[1024];
  private int[] valueLengths = new int[1024];

  int size() {
    return size;
  }

  /** Keeps the record of a row that comes after all those before. */
  void add(int row, ConsumerRecord<ByteBuffer, ByteBuffer> record, boolean hasHeaders) {
    if (size == offsets.length) {
      grow();
    }
    topic = record.topic();
    rows[size] = row;
    partitions[size] = record.partition();
    offsets[size] = record.offset();
    timestamps[size] = record.timestamp();
    headers[size] = hasHeaders ? record.headers() : null;
    @Nullable ByteBuffer key = record.key();
    @Nullable ByteBuffer value = record.value();
    if (areRangesOfOne(key, value)) {
      buffers[size] = arrayOf(value == null ? key : value);
      keyStarts[size] = key == null ? 0 : key.arrayOffset() + key.position();
      valueStarts[size] = value == null ? 0 : value.arrayOffset() + value.position();
    } else {
      var copy = new byte[length(key) + length(value)];
      copyTo(copy, 0, key);
      copyTo(copy, length(key), value);
      buffers[size] = copy;
      keyStarts[size] = 0;
      valueStarts[size] = length(key);
    }
    keyLengths[size] = key == null ? NULL : key.remaining();
    valueLengths[size] = value == null ? NULL : value.remaining();
    size++;
  }

  /**
   * The record as it was read.
   *
   * @throws IllegalStateException when it was not kept
   */
  ConsumerRecord<ByteBuffer, ByteBuffer> record(int row) {
    var at = Arrays.binarySearch(rows, 0, size, row);
    if (at < 0) {
      throw new IllegalStateException(
          "row " + row + " is refused, of a store that finds such rows when they are added");
    }
    var known = headers[at];
    return new ConsumerRecord<>(
        topic,
        partitions[at],
        offsets[at],
        timestamps[at],
        TimestampType.CREATE_TIME,
        Math.max(0, keyLengths[at]),
        Math.max(0, valueLengths[at]),
        range(buffers[at], keyStarts[at], keyLengths[at]),
        range(buffers[at], valueStarts[at], valueLengths[at]),
        known == null ? new RecordHeaders() : known,
        Optional.empty());
  }

  void clear() {
    // What is not read any more must not be kept from being collected.
    Arrays.fill(buffers, 0, size, NO_BYTES);
    Arrays.fill(headers, 0, size, null);
    size = 0;
  }

  /** Whether both lie in one array, as they do when the client has read them. */
  private static boolean areRangesOfOne(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
    return (key == null || key.hasArray())
        && (value == null || value.hasArray())
        && (key == null || value == null || key.array() == value.array());
  }

  private static byte[] arrayOf(@Nullable ByteBuffer buffer) {
    return buffer == null ? NO_BYTES : buffer.array();
  }

  private static int length(@Nullable ByteBuffer buffer) {
    return buffer == null ? 0 : buffer.remaining();
  }

  private static void copyTo(byte[] target, int at, @Nullable ByteBuffer buffer) {
    if (buffer != null) {
      buffer.duplicate().get(target, at, buffer.remaining());
    }
  }

  private static @Nullable ByteBuffer range(byte[] buffer, int start, int length) {
    return length == NULL ? null : ByteBuffer.wrap(buffer, start, length).slice();
  }

  private void grow() {
    var room = size * 2;
    rows = Arrays.copyOf(rows, room);
    partitions = Arrays.copyOf(partitions, room);
    offsets = Arrays.copyOf(offsets, room);
    timestamps = Arrays.copyOf(timestamps, room);
    headers = Arrays.copyOf(headers, room);
    buffers = Arrays.copyOf(buffers, room);
    keyStarts = Arrays.copyOf(keyStarts, room);
    keyLengths = Arrays.copyOf(keyLengths, room);
    valueStarts = Arrays.copyOf(valueStarts, room);
    valueLengths = Arrays.copyOf(valueLengths, room);
  }
}
