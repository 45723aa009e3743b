package dev.acequia.consumer.consume;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The memory that records keep from being collected. A record of a compressed batch has an array of
 * its own, the others share the array of their fetch: each array counts once.
 */
final class HeldBytes {
  /** A header's objects: itself, two buffers, and its name once someone asked for it. */
  private static final int HEADER_BYTES = 200;

  /** The objects of a record beside its arrays. */
  private static final int RECORD_BYTES = 150;

  private byte @Nullable [] last;
  private long bytes;

  /** Adds what holds a key or a value; one array's records come one after another. */
  void add(@Nullable ByteBuffer data) {
    if (data == null) {
      return;
    }
    if (!data.hasArray()) {
      bytes += data.remaining();
    } else if (data.array() != last) {
      last = data.array();
      bytes += last.length;
    }
  }

  void addHeaders(int count) {
    bytes += (long) count * HEADER_BYTES;
  }

  /** Adds a record with its headers. */
  void add(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    bytes += RECORD_BYTES;
    add(record.key());
    add(record.value());
    var headers = record.headers().toArray();
    addHeaders(headers.length);
    if (isHollow(record.key()) && isHollow(record.value())) {
      addFreed(headers);
    }
  }

  /**
   * Adds headers of a record without key and value. Their values are copied, because slices would
   * keep the whole record's array alive.
   */
  void addFreed(Header[] headers) {
    for (var header : headers) {
      var value = header.value();
      bytes += header.key().length() + (value == null ? 0 : value.length);
    }
  }

  /** Adds an {@link OwnRecord}, with all that is in its headers. */
  void addOwn(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    add(record);
    if (!isHollow(record.key()) || !isHollow(record.value())) {
      addFreed(record.headers().toArray());
    }
  }

  private static boolean isHollow(@Nullable ByteBuffer data) {
    return data == null || data == PollBudget.LEFT_OUT;
  }

  long bytes() {
    return bytes;
  }

  void clear() {
    last = null;
    bytes = 0;
  }
}
