package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.contract.record.BadRecordException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code onError=skip}: each good record is sent as soon as it was read, whatever the others. */
final class StreamIngest {
  private final TopicWriter topic;

  StreamIngest(TopicWriter topic) {
    this.topic = topic;
  }

  /** The answer, once every good record is durable. */
  IngestResult ingest(BodyRecords records, RecordCheck check, @Nullable IdempotencyKey idempotency)
      throws InterruptedException {
    var delivery = new Delivery(Long.MAX_VALUE);
    var errors = new RecordErrors();
    @Nullable Exception trouble = null;
    try {
      send(records, check, idempotency, delivery, errors);
    } catch (ProblemException | IOException e) {
      trouble = e;
    } finally {
      delivery.await();
    }
    return trouble == null
        ? IngestResult.of(delivery, errors)
        : IngestResult.broken(delivery, errors, trouble);
  }

  private void send(
      BodyRecords records,
      RecordCheck check,
      @Nullable IdempotencyKey idempotency,
      Delivery delivery,
      RecordErrors errors)
      throws IOException, InterruptedException {
    for (long index = 0; records.next(); index++) {
      try {
        var key = check.key(records);
        var headers = IdempotencyKey.headers(idempotency, index);
        if (!topic.send(delivery, index, key, value(records), headers)) {
          return;
        }
      } catch (BadRecordException e) {
        errors.add(index, e);
      }
    }
  }

  /** The record's own bytes, for Kafka to keep. */
  static byte[] value(BodyRecords records) {
    return Arrays.copyOfRange(
        records.buffer(), records.offset(), records.offset() + records.length());
  }
}
