package dev.acequia.stores.bigquery.row;

import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.ByteString;
import dev.acequia.contract.Field;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Origin;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.ServiceLimits;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Makes rows of records, as the bytes of messages. What BigQuery would refuse is found here, so
 * that it is one record's dead letter before its batch is sent. A record is far smaller than a
 * request. One thread at a time.
 */
public final class RowEncoder {
  private static final long FIRST_DAY = ServiceLimits.FIRST_DATE.toEpochDay();
  private static final long LAST_DAY = ServiceLimits.LAST_DATE.toEpochDay();
  private static final long FIRST_MICRO = micros(ServiceLimits.FIRST_DATE);
  private static final long LAST_MICRO = micros(ServiceLimits.LAST_DATE.plusDays(1)) - 1;

  /** Origin and place. */
  private static final int ORIGIN_BYTES = 4 * Scratch.FIELD_BYTES;

  /** Of a uuid, of a decimal with sign and point, and of all that is shorter. */
  private static final int VALUE_BYTES = Scratch.FIELD_BYTES + 80;

  private final Schema schema;
  private final int[] keyIndexes;

  /** That of the field whose time says into which partition a row goes; -1 when there is none. */
  private final int partitionIndex;

  private final Scratch scratch = new Scratch();

  public RowEncoder(PipelineDefinition definition) {
    schema = definition.schema();
    keyIndexes = RowShape.isKeyed(definition) ? schema.keyIndexes() : new int[0];
    partitionIndex = partitionIndex(definition);
  }

  private static int partitionIndex(PipelineDefinition definition) {
    var partition =
        definition.store() instanceof StoreDefinition.BigQuery store ? store.partitionBy() : null;
    if (partition == null) {
      return -1;
    }
    var names = definition.schema().fields().stream().map(Field::name).toList();
    return names.indexOf(partition.field());
  }

  private static long micros(LocalDate date) {
    return TimeUnit.SECONDS.toMicros(date.atStartOfDay().toEpochSecond(ZoneOffset.UTC));
  }

  /** What the rows of a definition are, for the service. */
  public static ProtoSchema schema(PipelineDefinition definition) {
    return RowShape.of(definition);
  }

  /**
   * The row of a record, without its {@link Envelope}.
   *
   * @throws BadRecordException when the service cannot hold it
   */
  public ByteString record(Row row, Arrival arrival) throws BadRecordException {
    var most = ORIGIN_BYTES;
    for (var i = 0; i < schema.fields().size(); i++) {
      most += VALUE_BYTES + (row.isNull(i) ? 0 : row.textLength(i));
    }
    scratch.begin(most);
    putOrigin(arrival.origin());
    scratch.int64(RowShape.READ, arrival.place().offset());
    for (var i = 0; i < schema.fields().size(); i++) {
      if (!row.isNull(i)) {
        put(row, i);
      }
    }
    return scratch.end();
  }

  /**
   * The row that says that a key was deleted, without its {@link Envelope}.
   *
   * @throws BadRecordException when the service cannot hold it
   */
  public ByteString deletion(Row key, Arrival arrival) throws BadRecordException {
    var fields = key(key);
    scratch.begin(ORIGIN_BYTES + Scratch.FIELD_BYTES);
    putOrigin(arrival.origin());
    scratch.int64(RowShape.READ, arrival.place().offset());
    scratch.bool(RowShape.DELETED, true);
    return scratch.end().concat(fields);
  }

  /** The fields of a key alone: equal for equal keys, and nothing else. */
  public ByteString key(Row row) throws BadRecordException {
    var most = 0;
    for (var index : keyIndexes) {
      most += VALUE_BYTES + row.textLength(index);
    }
    scratch.begin(most);
    for (var index : keyIndexes) {
      put(row, index);
    }
    return scratch.end();
  }

  /** The columns of an origin, as a part of a row. */
  public ByteString origin(Origin origin) {
    scratch.begin(ORIGIN_BYTES);
    putOrigin(origin);
    return scratch.end();
  }

  private void putOrigin(Origin origin) {
    scratch.int64(RowShape.GENERATION, origin.generation());
    scratch.int64(RowShape.PARTITION, origin.partition());
    scratch.int64(RowShape.OFFSET, origin.offset());
  }

  private void put(Row row, int index) throws BadRecordException {
    var field = schema.fields().get(index);
    var number = RowShape.FIRST_FIELD + index;
    switch (field.type()) {
      case STRING, JSON ->
          scratch.text(number, row.textBuffer(index), row.textOffset(index), row.textLength(index));
      case INT32, INT64 -> scratch.int64(number, row.longAt(index));
      case DOUBLE -> scratch.float64(number, row.doubleAt(index));
      case DECIMAL -> putDecimal(row, index, field);
      case BOOLEAN -> scratch.bool(number, row.longAt(index) != 0);
      case DATE -> {
        var day = within(row.longAt(index), FIRST_DAY, LAST_DAY, field);
        if (index == partitionIndex) {
          requirePartition(day, field);
        }
        scratch.int32(number, (int) day);
      }
      case TIMESTAMP -> {
        var micros = within(row.longAt(index), FIRST_MICRO, LAST_MICRO, field);
        if (index == partitionIndex) {
          requirePartition(TimeUnit.MICROSECONDS.toDays(micros), field);
        }
        scratch.int64(number, micros);
      }
      case UUID -> {
        var text = row.uuidAt(index).toString().getBytes(StandardCharsets.US_ASCII);
        scratch.text(number, text, 0, text.length);
      }
    }
  }

  private void putDecimal(Row row, int index, Field field) throws BadRecordException {
    var isLarge = Columns.type(field) == StandardSQLTypeName.BIGNUMERIC;
    var before = isLarge ? ServiceLimits.BIGNUMERIC_DIGITS : ServiceLimits.NUMERIC_BEFORE;
    var after = isLarge ? ServiceLimits.BIGNUMERIC_DIGITS : ServiceLimits.NUMERIC_AFTER;
    var text = Decimals.plain(row, index, before, after);
    if (text == null) {
      throw new BadRecordException(
          ErrorClass.OutOfRange,
          field.name(),
          "its column in BigQuery holds at most %d digits before the point and %d after it"
              .formatted(before, after));
    }
    scratch.text(RowShape.FIRST_FIELD + index, text, 0, text.length);
  }

  private static void requirePartition(long day, Field field) throws BadRecordException {
    var today = LocalDate.now(ZoneOffset.UTC);
    var first = today.minusYears(ServiceLimits.PARTITION_YEARS_BEFORE).plusDays(1);
    var last = today.plusYears(ServiceLimits.PARTITION_YEARS_AFTER).minusDays(1);
    if (day < first.toEpochDay() || day > last.toEpochDay()) {
      throw new BadRecordException(
          ErrorClass.OutOfRange,
          field.name(),
          "BigQuery takes rows into partitions from %s to %s now".formatted(first, last));
    }
  }

  private static long within(long value, long first, long last, Field field)
      throws BadRecordException {
    if (value < first || value > last) {
      throw new BadRecordException(
          ErrorClass.OutOfRange,
          field.name(),
          "BigQuery holds dates from %s to %s"
              .formatted(ServiceLimits.FIRST_DATE, ServiceLimits.LAST_DATE));
    }
    return value;
  }
}
