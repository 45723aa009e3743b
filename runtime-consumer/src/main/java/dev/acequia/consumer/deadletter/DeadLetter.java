package dev.acequia.consumer.deadletter;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that is put aside, and why. What the reason repeats of the record is bounded.
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
  private static final int MOST_FIELD_CHARS = 200;
  private static final int MOST_REASON_CHARS = 1000;

  public DeadLetter {
    field = field == null ? null : ForeignText.bounded(field, MOST_FIELD_CHARS);
    reason = ForeignText.bounded(reason, MOST_REASON_CHARS);
  }

  /** For a record that does not fit the schema. */
  public static DeadLetter of(
      ConsumerRecord<ByteBuffer, ByteBuffer> record,
      int generation,
      @Nullable Origin redrivenFrom,
      BadRecordException why) {
    return new DeadLetter(
        record, generation, redrivenFrom, why.errorClass(), why.field(), why.reason());
  }

  /** The same about a copy of its record. */
  public DeadLetter with(ConsumerRecord<ByteBuffer, ByteBuffer> copy) {
    return new DeadLetter(copy, generation, redrivenFrom, errorClass, field, reason);
  }
}
