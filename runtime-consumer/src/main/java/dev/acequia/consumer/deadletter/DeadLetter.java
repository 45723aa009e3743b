package dev.acequia.consumer.deadletter;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is put aside, and why.
 *
 * @param generation of the partition's log that the record stands in
 * @param redrivenFrom where it stood when it was put aside before; null when it never was
 */
public record DeadLetter(
    ConsumerRecord<ByteBuffer, ByteBuffer> record,
    int generation,
    @Nullable Origin redrivenFrom,
    ErrorClass errorClass,
    @Nullable String field,
    String reason) {

  /** For a record that does not fit the schema. */
  public static DeadLetter of(
      ConsumerRecord<ByteBuffer, ByteBuffer> record,
      int generation,
      @Nullable Origin redrivenFrom,
      BadRecordException why) {
    return new DeadLetter(
        record, generation, redrivenFrom, why.errorClass(), why.field(), why.reason());
  }
}
