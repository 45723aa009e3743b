package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.RecordColumns;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every store answers this query: the record of a key. */
public abstract class KeyReadingContract extends StoreContract {
  protected KeyReadingContract(StoreFixture store) {
    super(store);
  }

  /** The record of an id, of all fields; empty when there is none. */
  private static Optional<String> one(StoreReader reader, PipelineDefinition definition, int id)
      throws Exception {
    var columns = RecordColumns.of(definition).all();
    var found = new ArrayList<String>();
    var isFound =
        reader.readOne(
            List.of(new Literal(FieldType.INT32, id)),
            row -> {
              var values = new ArrayList<String>();
              for (var i = 0; i < columns.size(); i++) {
                values.add(RowText.value(row, i, columns.get(i).expression()));
              }
              found.add(String.join("|", values));
            });
    assertThat(found).hasSize(isFound ? 1 : 0);
    return found.stream().findFirst();
  }

  @Test
  void readsEveryTypeOfARecordByItsKey() throws Exception {
    var definition = definition(ReadingContract.ALL_TYPES, LoadMode.UPSERT, TOPIC, 1, null);
    migrate(definition);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var i = 0; i < ReadingContract.RECORDS.size(); i++) {
        add(definition.schema(), batch, arrival.from(1, 0, i), ReadingContract.RECORDS.get(i));
      }
      write(writer, batch, 0, ReadingContract.RECORDS.size());
      assertThat(rejected).isEmpty();
    }
    try (var reader = store.reader(definition)) {
      assertThat(one(reader, definition, 1))
          .contains(
              "1|5|1.5|"
                  + store.stored(new BigDecimal("1.50")).orElseThrow().toPlainString()
                  + "|true|2013-01-31|2013-01-31T05:00:00.250Z"
                  + "|00000000-0000-0000-0000-000000000001|UA|{\"a\":[1]}");
      assertThat(one(reader, definition, -8))
          .contains("-8|null|null|null|null|null|null|null|100%_\\|null");
      assertThat(one(reader, definition, 3))
          .contains("3|5|2.5|-0.01|null|null|null|null|ñandú|null");
      assertThat(one(reader, definition, 4))
          .contains("4|-9223372036854775808|null|2|true|2012-02-29|null|null|null|null");
      assertThat(one(reader, definition, 5))
          .contains("5|null|1.0E20|null|false|null|9999-12-31T23:59:59.999999Z|null|🛶|null");
      assertThat(one(reader, definition, 6))
          .contains(
              "6|9223372036854775807|-1.5E-7|1.5|null|null|null"
                  + "|7fffffff-0000-4000-8000-0123456789ab|\uffff|null");
      assertThat(one(reader, definition, 7)).contains("7|null|null|null|null|null|null|null||[]");
      assertThat(one(reader, definition, 77)).isEmpty();
    }
  }

  @Test
  void refusesToFindOneWhereAKeyIsNotUnique() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var reader = store.reader(definition)) {
      assertThatThrownBy(() -> reader.readOne(List.of(new Literal(FieldType.INT64, 1L)), row -> {}))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void findsEachOfManyByItsKeyAtATime() throws Exception {
    var fields =
        List.of(
            new Field("at", FieldType.TIMESTAMP, true, null),
            new Field("note", FieldType.STRING, true, null),
            new Field("price", FieldType.DECIMAL, true, null),
            new Field("day", FieldType.DATE, true, null),
            new Field("ref", FieldType.UUID, true, null),
            new Field("ok", FieldType.BOOLEAN, true, null),
            new Field("big", FieldType.INT64, true, null),
            new Field("id", FieldType.INT32, true, null));
    var schema =
        Pipelines.schema(fields.stream().map(Field::name).toList(), fields.toArray(Field[]::new));
    var definition = definition(schema, LoadMode.UPSERT, TOPIC, 1, null);
    migrate(definition);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var n = 1; n <= 1_000; n++) {
        var record =
            "{\"at\":\"%s\",\"note\":\"%s\",\"price\":%s,\"day\":\"%s\",\"ref\":\"%s\",\"ok\":%s,\"big\":%s,\"id\":%s}"
                .formatted(keyOf(n).stream().map(Literal::text).toArray());
        add(schema, batch, arrival.from(1, 0, n), record);
      }
      write(writer, batch, 0, 1_001);
    }
    try (var reader = store.reader(definition);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<?>>();
      for (var i = 0; i < store.readsAtATime(); i++) {
        var n = i * 7 % 1_100 + 1; // the last hundred are not there
        reads.add(
            threads.submit(
                () -> {
                  var ids = new ArrayList<Long>();
                  var found = reader.readOne(keyOf(n), row -> ids.add(row.longAt(7)));
                  assertThat(found).isEqualTo(n <= 1_000);
                  assertThat(ids).isEqualTo(found ? List.of((long) n) : List.of());
                  return null;
                }));
      }
      for (var read : reads) {
        read.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static List<Literal> keyOf(int n) {
    return List.of(
        Literal.timestamp(1_767_225_600_000_000L + n * 1_000_000L),
        new Literal(FieldType.STRING, "año " + n),
        new Literal(FieldType.DECIMAL, new BigDecimal(n).divide(new BigDecimal(8))),
        new Literal(FieldType.DATE, LocalDate.of(2026, 1, 1).plusDays(n)),
        new Literal(FieldType.UUID, new UUID(n, -n)),
        new Literal(FieldType.BOOLEAN, n % 2 == 0),
        new Literal(FieldType.INT64, (long) n),
        new Literal(FieldType.INT32, n));
  }
}
