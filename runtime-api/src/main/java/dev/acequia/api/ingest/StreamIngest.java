package dev.acequia.api.ingest;

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
      throws IOException, InterruptedException {
    var delivery = new Delivery();
    var errors = new RecordErrors();
    try {
      for (long index = 0; records.next(); index++) {
        try {
          var key = check.key(records);
          if (!topic.send(delivery, index, key, value(records), idempotency)) {
            break;
          }
        } catch (BadRecordException e) {
          errors.add(index, e);
        }
      }
    } finally {
      delivery.await();
    }
    return IngestResult.of(delivery, errors);
  }

  private static byte[] value(BodyRecords records) {
    return Arrays.copyOfRange(
        records.buffer(), records.offset(), records.offset() + records.length());
  }
}
