package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.contract.record.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records into a batch, straight from the client's buffers. One that does not fit the
 * schema becomes a dead letter.
 */
final class RecordIntake {
  private final RecordDecoder decoder;
  private final Row row;
  private final LoadMode mode;
  private final String topic;
  private final String topicId;
  private final DeadLetterBudget budget;

  RecordIntake(PipelineDefinition definition, DeadLetterBudget budget) {
    decoder = new RecordDecoder(definition.schema());
    row = new Row(definition.schema());
    mode = definition.mode();
    topic = definition.topic().name();
    topicId = definition.topic().id();
    this.budget = budget;
  }

  /**
   * Adds records to a batch.
   *
   * @throws TerminationException when too many of them are bad
   */
  void take(ConsumerRecords<ByteBuffer, ByteBuffer> records, Batch into)
      throws TerminationException {
    for (var record : records) {
      try {
        add(record, into);
      } catch (BadRecordException e) {
        var letter = DeadLetter.of(record, e);
        into.addBad(letter);
        budget.check(into.size(), into.bad().size(), letter);
      }
    }
  }

  private void add(ConsumerRecord<ByteBuffer, ByteBuffer> record, Batch into)
      throws BadRecordException {
    var headers = record.headers().toArray();
    var sentBack = headers.length == 0 ? null : sourceOf(headers);
    var partition = sentBack == null ? record.partition() : sentBack.partition();
    var offset = sentBack == null ? record.offset() : sentBack.offset();
    @Nullable ByteBuffer value = record.value();
    if (value != null) {
      var bytes = array(value);
      decoder.decode(bytes.array(), start(bytes), bytes.remaining(), row);
      into.rows().add(row, partition, offset);
    } else {
      delete(record, partition, offset, into);
    }
    if (headers.length > 0) {
      markIdempotent(headers, into);
    }
    into.addedRowOf(record);
  }

  private void delete(
      ConsumerRecord<ByteBuffer, ByteBuffer> record, int partition, long offset, Batch into)
      throws BadRecordException {
    if (mode == LoadMode.APPEND) {
      throw new BadRecordException(
          ErrorClass.Malformed, null, "no value: records without one delete in upsert mode only");
    }
    @Nullable ByteBuffer key = record.key();
    if (key == null) {
      throw new BadRecordException(
          ErrorClass.Malformed, null, "neither key nor value: nothing says what to delete");
    }
    var bytes = array(key);
    decoder.decodeKey(bytes.array(), start(bytes), bytes.remaining(), row);
    into.rows().addDeletion(row, partition, offset);
  }

  /**
   * Where a redriven record stood when it was put aside, which is its identity ever since; null for
   * one that comes for the first time, or from a topic that is no more.
   */
  private @Nullable Source sourceOf(Header[] headers) {
    if (!topic.equals(text(headers, RecordHeader.SOURCE_TOPIC))
        || !topicId.equals(text(headers, RecordHeader.SOURCE_TOPIC_ID))) {
      return null;
    }
    var partition = number(headers, RecordHeader.SOURCE_PARTITION);
    var offset = number(headers, RecordHeader.SOURCE_OFFSET);
    return partition < 0 || partition > Integer.MAX_VALUE || offset < 0
        ? null
        : new Source((int) partition, offset);
  }

  private record Source(int partition, long offset) {}

  private static void markIdempotent(Header[] headers, Batch into) {
    var key = last(headers, RecordHeader.IDEMPOTENCY_KEY);
    var index = number(headers, RecordHeader.IDEMPOTENCY_INDEX);
    if (key != null && index >= 0) {
      into.rows().markIdempotent(key, index);
    }
  }

  /** The header's number, or -1. */
  private static long number(Header[] headers, RecordHeader wanted) {
    var text = text(headers, wanted);
    return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }

  private static @Nullable String text(Header[] headers, RecordHeader wanted) {
    var value = last(headers, wanted);
    return value == null ? null : new String(value, StandardCharsets.UTF_8);
  }

  private static byte @Nullable [] last(Header[] headers, RecordHeader wanted) {
    for (var i = headers.length - 1; i >= 0; i--) {
      if (headers[i].key().equals(wanted.key())) {
        return headers[i].value();
      }
    }
    return null;
  }

  /** The buffer with an array behind it, as those of Kafka's client are. */
  private static ByteBuffer array(ByteBuffer buffer) {
    if (buffer.hasArray()) {
      return buffer;
    }
    var copy = ByteBuffer.allocate(buffer.remaining());
    copy.put(buffer.duplicate());
    return copy.flip();
  }

  private static int start(ByteBuffer buffer) {
    return buffer.arrayOffset() + buffer.position();
  }
}
