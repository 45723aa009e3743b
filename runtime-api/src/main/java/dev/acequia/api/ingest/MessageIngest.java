package dev.acequia.api.ingest;

import dev.acequia.api.envelope.Envelope;
import dev.acequia.api.envelope.Message;
import dev.acequia.contract.Sha256;
import dev.acequia.contract.record.BadRecordException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/** The records of an envelope's messages, each under its message's own name. */
final class MessageIngest {
  private static final byte[] NO_KEY = new byte[0];

  /** Length of the hash that the store keeps. */
  private static final int CONTENT_BYTES = 16;

  private final TopicWriter topic;
  private final Envelope envelope;
  private final RecordCheck check;
  private final IdempotencyScope scope;
  private final MessageDigest sha256 = Sha256.digest();

  MessageIngest(TopicWriter topic, Envelope envelope, RecordCheck check, IdempotencyScope scope) {
    this.topic = topic;
    this.envelope = envelope;
    this.check = check;
    this.scope = scope;
  }

  /**
   * How the records ended.
   *
   * @param deadLetters so many of the accepted do not fit the schema
   */
  record Outcome(IngestResult result, long deadLetters) {}

  /** The answer, once every record of it is durable. */
  Outcome ingest(List<Message> messages, OnError onError) throws IOException, InterruptedException {
    if (onError == OnError.REJECT) {
      var errors = check(messages);
      if (errors.count() > 0) {
        return new Outcome(new IngestResult.Rejected(errors), 0);
      }
    }
    var delivery = new Delivery(messages.size());
    var errors = new RecordErrors();
    long deadLetters;
    try {
      deadLetters = send(messages, onError, delivery, errors);
    } finally {
      delivery.await();
    }
    return new Outcome(IngestResult.of(delivery, errors), deadLetters);
  }

  private RecordErrors check(List<Message> messages) throws IOException {
    var errors = new RecordErrors();
    var index = 0L;
    for (var message : messages) {
      var records = new MessageRecords(message, envelope.attributesField());
      for (; records.next(); index++) {
        try {
          check.key(records);
        } catch (BadRecordException e) {
          errors.add(index, e);
        }
      }
    }
    return errors;
  }

  private long send(List<Message> messages, OnError onError, Delivery delivery, RecordErrors errors)
      throws IOException, InterruptedException {
    var deadLetters = 0L;
    var index = 0L;
    for (var message : messages) {
      var records = new MessageRecords(message, envelope.attributesField());
      var name = new IdempotencyKey(scope, message.id());
      for (var indexInMessage = 0L; records.next(); indexInMessage++, index++) {
        var key = NO_KEY;
        try {
          key = check.key(records);
        } catch (BadRecordException e) {
          if (onError == OnError.SKIP) {
            errors.add(index, e);
            continue;
          }
          // The consumer puts it aside, with what is wrong and where it stood.
          deadLetters++;
        }
        if (!topic.send(
            delivery,
            index,
            key,
            StreamIngest.value(records),
            headers(message, records, name, indexInMessage))) {
          return deadLetters;
        }
      }
    }
    return deadLetters;
  }

  private Headers headers(
      Message message, MessageRecords records, IdempotencyKey name, long index) {
    var headers = name.headers(index);
    if (records.hasAttributes()) {
      // Attributes can change on redelivery; a trace id does.
      records.updateWithData(sha256);
      headers.add(
          dev.acequia.contract.record.RecordHeader.IDEMPOTENCY_CONTENT.key(),
          Arrays.copyOf(sha256.digest(), CONTENT_BYTES));
    }
    message
        .attributes()
        .forEach(
            (attribute, value) ->
                headers.add(
                    new RecordHeader(
                        envelope.attributePrefix() + attribute,
                        value.getBytes(StandardCharsets.UTF_8))));
    return headers;
  }
}
