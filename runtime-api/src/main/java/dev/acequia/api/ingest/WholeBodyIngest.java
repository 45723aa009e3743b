package dev.acequia.api.ingest;

import dev.acequia.contract.record.BadRecordException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** {@code onError=reject}: every record is checked before the first is sent. */
final class WholeBodyIngest {
  private final TopicWriter topic;

  WholeBodyIngest(TopicWriter topic) {
    this.topic = topic;
  }

  /** The answer, once every record of it is durable. */
  IngestResult ingest(BodyRecords records, RecordCheck check, @Nullable IdempotencyKey idempotency)
      throws IOException, InterruptedException {
    var good = new CheckedRecords();
    var errors = new RecordErrors();
    for (long index = 0; records.next(); index++) {
      try {
        var key = check.key(records);
        if (errors.count() == 0) {
          good.add(records.offset(), records.length(), key);
        }
      } catch (BadRecordException e) {
        errors.add(index, e);
      }
    }
    if (errors.count() > 0) {
      return new IngestResult.Rejected(errors);
    }
    return send(good, records.buffer(), idempotency);
  }

  /** What is wrong with the records; none of them is sent. */
  static RecordErrors check(BodyRecords records, RecordCheck check) throws IOException {
    var errors = new RecordErrors();
    for (long index = 0; records.next(); index++) {
      try {
        check.key(records);
      } catch (BadRecordException e) {
        errors.add(index, e);
      }
    }
    return errors;
  }

  private IngestResult send(
      CheckedRecords records, byte[] body, @Nullable IdempotencyKey idempotency)
      throws InterruptedException {
    var delivery = new Delivery(records.count());
    var keys = records.allKeys();
    for (var i = 0; i < records.count(); i++) {
      var headers = IdempotencyKey.headers(idempotency, i);
      if (!topic.send(delivery, i, records.key(keys, i), records.value(body, i), headers)) {
        break;
      }
    }
    delivery.await();
    return IngestResult.of(delivery, new RecordErrors());
  }
}
