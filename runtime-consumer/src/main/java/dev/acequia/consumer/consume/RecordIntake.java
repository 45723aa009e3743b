package dev.acequia.consumer.consume;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.consumer.deadletter.RedriveCheck;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Decodes records into a batch, straight from the client's buffers. One that does not fit the
 * schema, or that the store cannot hold, becomes a dead letter.
 */
final class RecordIntake {
  private final RecordDecoder decoder;
  private final Row row;
  private final Arrival arrival = new Arrival();
  private final LoadMode mode;
  private final RedriveCheck redriveCheck;
  private final DeadLetterBudget budget;

  RecordIntake(PipelineDefinition definition, DeadLetterBudget budget) {
    decoder = new RecordDecoder(definition.schema());
    row = new Row(definition.schema());
    mode = definition.mode();
    redriveCheck = new RedriveCheck(definition.topic());
    this.budget = budget;
  }

  /**
   * Adds records of a partition to a batch.
   *
   * @throws TerminationException when too many of them are bad
   */
  void take(
      List<ConsumerRecord<ByteBuffer, ByteBuffer>> records, PartitionState partition, Batch into)
      throws TerminationException {
    var replayedUntil = partition.replayedUntil();
    var replay = partition.replay();
    if (replayedUntil > 0 && replay != null) {
      into.replays(partition.number(), replay);
    }
    budget.begins(
        partition.number(),
        Math.max(replayedUntil, records.getFirst().offset()),
        partition.lineage());
    var end = partition.jumps() ? replayedUntil : Long.MAX_VALUE;
    for (var record : records) {
      if (record.offset() >= end) {
        break; // stored before; reading jumps over it
      }
      take(record, partition.lineage(), into);
    }
  }

  private void take(ConsumerRecord<ByteBuffer, ByteBuffer> record, Lineage lineage, Batch into)
      throws TerminationException {
    var generation = lineage.at(record.offset());
    @Nullable Origin redriven = null;
    try {
      redriven = redriveCheck.originOf(record, lineage);
      add(record, generation, redriven, into);
    } catch (BadRecordException e) {
      var letter = DeadLetter.of(record, generation, redriven, e);
      into.addBad(letter);
      if (into.isFirstTimer(letter)) {
        budget.check(into.firstTimers(), into.badFirstTimers(), letter);
      }
    }
  }

  private void add(
      ConsumerRecord<ByteBuffer, ByteBuffer> record,
      int ownGeneration,
      @Nullable Origin redriven,
      Batch into)
      throws BadRecordException {
    var generation = redriven == null ? ownGeneration : redriven.generation();
    var offset = redriven == null ? record.offset() : redriven.offset();
    @Nullable ByteBuffer value = record.value();
    if (value == PollBudget.LEFT_OUT || record.key() == PollBudget.LEFT_OUT) {
      throw new BadRecordException(
          ErrorClass.TooLong,
          null,
          "a record has at most %d bytes; this one has a key of %d and a value of %d, more than a dead letter takes"
              .formatted(
                  RecordDecoder.MAX_BYTES,
                  Math.max(0, record.serializedKeySize()),
                  Math.max(0, record.serializedValueSize())));
    }
    // Of a deletion, the key is all that there is.
    var content = value == null ? deletedKey(record) : value;
    arrival.from(generation, record.partition(), offset);
    if (redriven != null) {
      arrival.redrivenTo(ownGeneration, record.offset());
    }
    var headers = record.headers().toArray();
    if (headers.length > 0) {
      var pushedMillis =
          redriven == null ? record.timestamp() : number(headers, RecordHeader.SOURCE_TIMESTAMP);
      arrival.keyed(key(headers, content, pushedMillis, into.isJudged(record)));
    }
    var bytes = array(content);
    if (value != null) {
      decoder.decode(bytes.array(), start(bytes), bytes.remaining(), row);
      into.rows().add(row, arrival);
    } else {
      decoder.decodeKey(bytes.array(), start(bytes), bytes.remaining(), row);
      into.rows().addDeletion(row, arrival);
    }
    into.addedRowOf(record, headers.length, arrival);
  }

  private ByteBuffer deletedKey(ConsumerRecord<ByteBuffer, ByteBuffer> record)
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
    return key;
  }

  private static Arrival.@Nullable Key key(
      Header[] headers, ByteBuffer content, long pushedMillis, boolean replayed) {
    var key = last(headers, RecordHeader.IDEMPOTENCY_KEY);
    var index = number(headers, RecordHeader.IDEMPOTENCY_INDEX);
    if (key == null || index < 0) {
      return null;
    }
    var scope = last(headers, RecordHeader.IDEMPOTENCY_SCOPE);
    var digest = scope == null ? null : last(headers, RecordHeader.IDEMPOTENCY_CONTENT);
    return new Arrival.Key(
        scope,
        key,
        index,
        digest == null ? content : ByteBuffer.wrap(digest),
        pushedMillis,
        replayed);
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
