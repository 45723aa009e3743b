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
 * The records that a batch's rows came from, for the few that become dead letters. They are kept as
 * numbers and ranges of the client's own buffers: as objects, those of a large batch would be
 * copied by one garbage collection after another.
 */
final class RowSources {
  private static final byte[] NO_BYTES = new byte[0];

  /** The length of a key or value that is null. */
  private static final int NULL = -1;

  private int rows;
  private String topic = "";
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

  int rows() {
    return rows;
  }

  void add(ConsumerRecord<ByteBuffer, ByteBuffer> record, boolean hasHeaders) {
    if (rows == offsets.length) {
      grow();
    }
    topic = record.topic();
    partitions[rows] = record.partition();
    offsets[rows] = record.offset();
    timestamps[rows] = record.timestamp();
    headers[rows] = hasHeaders ? record.headers() : null;
    @Nullable ByteBuffer key = record.key();
    @Nullable ByteBuffer value = record.value();
    if (areRangesOfOne(key, value)) {
      buffers[rows] = arrayOf(value == null ? key : value);
      keyStarts[rows] = key == null ? 0 : key.arrayOffset() + key.position();
      valueStarts[rows] = value == null ? 0 : value.arrayOffset() + value.position();
    } else {
      var copy = new byte[length(key) + length(value)];
      copyTo(copy, 0, key);
      copyTo(copy, length(key), value);
      buffers[rows] = copy;
      keyStarts[rows] = 0;
      valueStarts[rows] = length(key);
    }
    keyLengths[rows] = key == null ? NULL : key.remaining();
    valueLengths[rows] = value == null ? NULL : value.remaining();
    rows++;
  }

  /** The record as it was read. */
  ConsumerRecord<ByteBuffer, ByteBuffer> record(int row) {
    var known = headers[row];
    return new ConsumerRecord<>(
        topic,
        partitions[row],
        offsets[row],
        timestamps[row],
        TimestampType.CREATE_TIME,
        Math.max(0, keyLengths[row]),
        Math.max(0, valueLengths[row]),
        range(buffers[row], keyStarts[row], keyLengths[row]),
        range(buffers[row], valueStarts[row], valueLengths[row]),
        known == null ? new RecordHeaders() : known,
        Optional.empty());
  }

  void clear() {
    // What is not read any more must not be kept from being collected.
    Arrays.fill(buffers, 0, rows, NO_BYTES);
    Arrays.fill(headers, 0, rows, null);
    rows = 0;
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
    var size = rows * 2;
    partitions = Arrays.copyOf(partitions, size);
    offsets = Arrays.copyOf(offsets, size);
    timestamps = Arrays.copyOf(timestamps, size);
    headers = Arrays.copyOf(headers, size);
    buffers = Arrays.copyOf(buffers, size);
    keyStarts = Arrays.copyOf(keyStarts, size);
    keyLengths = Arrays.copyOf(keyLengths, size);
    valueStarts = Arrays.copyOf(valueStarts, size);
    valueLengths = Arrays.copyOf(valueLengths, size);
  }
}
