package dev.acequia.consumer.consume;

import dev.acequia.contract.record.RecordHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Bounds what one poll decompresses. The client's own limits count records and compressed bytes: 1
 * MiB of zstd may be thousands of records of 1 MiB. When the budget is spent, the deserializers
 * fail: the client then ends the poll with the records before, keeps the one at hand, and asks for
 * it again in the next poll.
 */
class PollBudget {
  static final int MOST_BYTES = 4 << 20;

  /** A key or value that is longer does not fit into a dead letter either. */
  static final int LARGEST_KEPT = RecordHeader.MAX_DEAD_LETTER_BYTES - (64 << 10);

  /** Stands for a key or value that was left out, to be told by its identity. */
  static final ByteBuffer LEFT_OUT = ByteBuffer.allocate(0);

  private final HeldBytes held = new HeldBytes();

  /** Whether the key of the record at hand was taken, so that its value must be too. */
  private boolean keySeen;

  /** To be called before each poll. */
  void begin() {
    held.clear();
    keySeen = false;
  }

  Deserializer<ByteBuffer> keys() {
    return new Part() {
      @Override
      public ByteBuffer deserialize(String topic, Headers headers, ByteBuffer data) {
        beginRecord(headers);
        keySeen = true;
        return take(headers, data);
      }
    };
  }

  Deserializer<ByteBuffer> values() {
    return new Part() {
      @Override
      public ByteBuffer deserialize(String topic, Headers headers, ByteBuffer data) {
        // The client asks for the key first, unless it is null.
        if (!keySeen) {
          beginRecord(headers);
        }
        keySeen = false;
        return take(headers, data);
      }
    };
  }

  private void beginRecord(Headers headers) {
    if (held.bytes() >= MOST_BYTES) {
      throw new Spent();
    }
    held.addHeaders(headers.toArray().length);
  }

  private ByteBuffer take(Headers headers, ByteBuffer data) {
    if (data.remaining() > LARGEST_KEPT) {
      held.addFreed(headers.toArray());
      return LEFT_OUT;
    }
    held.add(data);
    return data;
  }

  /** Kafka hands over buffers; the other form is never asked for. */
  private abstract static class Part implements Deserializer<ByteBuffer> {
    @Override
    public final ByteBuffer deserialize(String topic, byte[] data) {
      return ByteBuffer.wrap(data);
    }
  }

  /** Without a stack trace: it is no failure. */
  private static final class Spent extends SerializationException {
    private static final long serialVersionUID = 1;

    Spent() {
      super("the poll holds as much as it may");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
