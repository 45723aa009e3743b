package dev.acequia.consumer.deadletter;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** A record that is put aside, and why. */
public record DeadLetter(
    ConsumerRecord<ByteBuffer, ByteBuffer> record,
    ErrorClass errorClass,
    @Nullable String field,
    String reason) {

  /** For a record that does not fit the schema. */
  public static DeadLetter of(
      ConsumerRecord<ByteBuffer, ByteBuffer> record, BadRecordException why) {
    return new DeadLetter(record, why.errorClass(), why.field(), why.reason());
  }
}
