package dev.acequia.stores.bigquery.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TimePartition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A row whose time has no partition in the service is one record's fault, found before its batch.
 */
class PartitionBoundsTest {
  private static final Schema SCHEMA =
      Pipelines.schema(
          List.of(),
          new Field("day", FieldType.DATE, false, null),
          new Field("at", FieldType.TIMESTAMP, false, null));

  private static void encode(String partition, String json) throws BadRecordException {
    var store =
        new StoreDefinition.BigQuery(
            "acequia",
            "test",
            "flights",
            null,
            null,
            null,
            1,
            new TimePartition(partition, TimePartition.Unit.DAY),
            List.of(),
            0);
    var row = new Row(SCHEMA);
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(bytes, 0, bytes.length, row);
    new RowEncoder(Pipelines.definition(store, SCHEMA, LoadMode.APPEND, UUID.randomUUID(), 1, null))
        .record(row, new Arrival().from(1, 0, 7));
  }

  private static LocalDate inYears(long years) {
    return LocalDate.now(ZoneOffset.UTC).plusYears(years);
  }

  @ParameterizedTest
  @ValueSource(longs = {-11, -500, 2, 7000})
  void refusesATimeThatNoPartitionTakes(long years) {
    for (var json :
        List.of(
            "{\"day\": \"%s\"}".formatted(inYears(years)),
            "{\"at\": \"%sT00:00:00Z\"}".formatted(inYears(years)))) {
      var partition = json.contains("day") ? "day" : "at";
      var refused = catchThrowableOfType(BadRecordException.class, () -> encode(partition, json));
      assertThat(refused).as(json).isNotNull();
      assertThat(refused.errorClass()).isEqualTo(ErrorClass.OutOfRange);
      assertThat(refused.reason()).contains("into partitions from");
    }
  }

  @Test
  void takesTheSameTimeInAnotherField() throws Exception {
    encode("at", "{\"day\": \"1815-06-18\", \"at\": \"%sT00:00:00Z\"}".formatted(inYears(-9)));
    encode("day", "{\"at\": \"1815-06-18T00:00:00Z\", \"day\": \"%s\"}".formatted(inYears(0)));
    encode("day", "{}");
  }
}
