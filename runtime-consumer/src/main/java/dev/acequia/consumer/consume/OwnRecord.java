package dev.acequia.consumer.consume;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record with arrays of its own, for a batch that outlasts many fetches: as the client gives it,
 * each would keep a whole fetch from being collected.
 */
final class OwnRecord {
  private OwnRecord() {}

  static ConsumerRecord<ByteBuffer, ByteBuffer> of(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
    for (var header : record.headers().toArray()) {
      // Until it is asked for, a header is a range of the fetch too.
      header.key();
      header.value();
    }
    return new ConsumerRecord<>(
        record.topic(),
        record.partition(),
        record.offset(),
        record.timestamp(),
        record.timestampType(),
        record.serializedKeySize(),
        record.serializedValueSize(),
        copy(record.key()),
        copy(record.value()),
        record.headers(),
        Optional.empty());
  }

  private static @Nullable ByteBuffer copy(@Nullable ByteBuffer buffer) {
    if (buffer == null || buffer == PollBudget.LEFT_OUT) {
      return buffer;
    }
    var copy = new byte[buffer.remaining()];
    buffer.duplicate().get(copy);
    return ByteBuffer.wrap(copy);
  }
}
