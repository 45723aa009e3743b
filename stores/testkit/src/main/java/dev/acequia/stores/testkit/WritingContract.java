package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Literal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a batch does to the table in each mode. */
public abstract class WritingContract extends StoreContract {
  protected WritingContract(StoreFixture store) {
    super(store);
  }

  @Test
  void storesABatchAndItsOffsetsTogether() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 1);
      assertThat(claim)
          .isEqualTo(
              new PartitionClaim(
                  1, 0, null, TOPIC, Lineage.of(1), claim.fence(), SCHEMA.hash(), null));
      assertThat(writer.write(batch(writer, 1, 0, "a", "b"), advance(claim, 0, 5), OPEN))
          .isEqualTo(new WriteResult.Stored(2, 0, 0));
      assertThat(claim(writer, 1).nextOffset()).isEqualTo(5);
      assertThat(table(definition, "name", "_generation", "_partition", "_offset"))
          .containsExactly("a|1|1|0", "b|1|1|1");
    }
  }

  @Test
  void takesABatchOfNothing() throws Exception {
    var definition = migrated(LoadMode.APPEND, 1);
    try (var writer = writer(definition)) {
      assertThat(write(writer, writer.newBatch(), 0, 7)).isEqualTo(new WriteResult.Stored(0, 0, 0));
      assertThat(claim(writer, 0).nextOffset()).isEqualTo(7);
    }
  }

  @Test
  void aBatchThatWasClearedKnowsNothingOfItsRows() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 1);
    try (var writer = writer(definition)) {
      var batch = batch(writer, 0, 0, "a", "b");
      delete(batch, arrival.from(1, 0, 2), 1);
      assertThat(batch.rows()).isEqualTo(3);
      assertThat(batch.bytes()).isPositive();
      batch.clear();
      assertThat(batch.rows()).isZero();
      add(batch, arrival.from(1, 0, 3), 3, "c");
      assertThat(write(writer, batch, 0, 4)).isEqualTo(new WriteResult.Stored(1, 0, 0));
      assertThat(names(definition)).containsExactly("c");
    }
  }

  @Test
  void keepsEveryRecordInAppendMode() throws Exception {
    var definition = migrated(LoadMode.APPEND, 2);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, arrival.from(1, 0, 0), 1, "a");
      add(batch, arrival.from(1, 0, 1), 1, "a");
      write(writer, batch, 0, 2);
      batch.clear();
      add(batch, arrival.from(1, 1, 0), 1, "a");
      writer.write(batch, advance(claim(writer, 1), 0, 1), OPEN);
      assertThat(table(definition, "name", "_partition", "_offset"))
          .containsExactly("a|0|0", "a|0|1", "a|1|0");
    }
  }

  @Test
  void replacesARowOfTheSamePartitionByANewerRecordOnly() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 2);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      var batch = writer.newBatch();
      add(batch, arrival.from(1, 0, 10), 1, "newest");
      add(batch, arrival.from(1, 0, 9), 1, "older, later in the batch");
      add(batch, arrival.from(1, 0, 11), 2, "x");
      writer.write(batch, advance(claim, 0, 12), OPEN);
      assertThat(names(definition)).containsExactly("newest", "x");

      batch.clear();
      add(batch, arrival.from(1, 0, 5), 1, "from a rewind");
      add(batch, arrival.from(1, 0, 12), 2, "y");
      writer.write(batch, advance(claim, 12, 13), OPEN);
      assertThat(names(definition)).containsExactly("newest", "y");

      batch.clear();
      add(batch, arrival.from(1, 1, 3), 1, "from another partition");
      var other = claim(writer, 1);
      writer.write(batch, advance(other, 0, 4), OPEN);
      assertThat(names(definition))
          .containsExactly(
              store.lastWriteWinsAcrossPartitions() ? "from another partition" : "newest", "y");
    }
  }

  /** A new writer knows nothing of the keys that are in the table. */
  @Test
  void takesNewKeysBesideKnownOnesWhicheverWriterStoredThem() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 2);
    var expected = new TreeMap<Integer, String>();
    var offset = 0L;
    for (var round = 0; round < 3; round++) {
      try (var writer = writer(definition)) {
        var claim = claim(writer, 0);
        var batch = writer.newBatch();
        for (var known : new int[] {round, 0, 3, 0, 0, 1, 0, 0, 9, 0}) {
          batch.clear();
          var from = offset;
          var keys = expected.size();
          for (var key = Math.max(0, keys - known); key < keys + 5; key++) {
            expected.put(key, "of " + offset);
            add(batch, arrival.from(1, 0, offset), key, "of " + offset);
            offset++;
          }
          assertThat(writer.write(batch, advance(claim, from, offset), OPEN))
              .isEqualTo(new WriteResult.Stored(batch.rows(), 0, 0));
        }
      }
    }
    assertThat(names(definition)).containsExactlyElementsOf(expected.values());
  }

  @Test
  void deletesOnlyWhatIsNotNewer() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 2);
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      var batch = writer.newBatch();
      add(batch, arrival.from(1, 0, 5), 1, "newer");
      add(batch, arrival.from(1, 0, 6), 2, "older");
      writer.write(batch, advance(claim, 0, 7), OPEN);
      batch.clear();
      delete(batch, arrival.from(1, 0, 4), 1);
      delete(batch, arrival.from(1, 0, 7), 2);
      writer.write(batch, advance(claim, 7, 8), OPEN);
      assertThat(names(definition)).containsExactly("newer");
    }
  }

  @Test
  void aKeyThatWasDeletedCanComeAgain() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, arrival.from(1, 0, 0), 1, "first");
      delete(batch, arrival.from(1, 0, 1), 1);
      add(batch, arrival.from(1, 0, 2), 2, "first");
      write(writer, batch, 0, 3);
      assertThat(names(definition)).containsExactly("first");
      batch.clear();
      delete(batch, arrival.from(1, 0, 3), 2);
      add(batch, arrival.from(1, 0, 4), 1, "again");
      write(writer, batch, 3, 5);
      assertThat(table(definition, "id", "name")).containsExactly("1|again");
    }
  }

  /** A key is one however many zeros it ends in; stores keep decimals by their number of digits. */
  @ParameterizedTest
  @CsvSource({"9,2", "18,6", "19,2", "38,30"})
  void findsADecimalThatIsTheKey(int precision, int scale) throws Exception {
    var price = new Field("price", FieldType.DECIMAL, true, new Digits(precision, scale), null);
    var schema =
        Pipelines.schema(List.of("price"), price, new Field("id", FieldType.INT64, true, null));
    var definition = definition(schema, LoadMode.UPSERT, TOPIC, 1, null);
    migrate(definition);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(schema, batch, arrival.from(1, 0, 0), "{\"price\":1.5,\"id\":1}");
      add(schema, batch, arrival.from(1, 0, 1), "{\"price\":-0.25,\"id\":2}");
      add(schema, batch, arrival.from(1, 0, 2), "{\"price\":2,\"id\":3}");
      add(schema, batch, arrival.from(1, 0, 3), "{\"price\":\"2.0\",\"id\":4}");
      write(writer, batch, 0, 4);
      batch.clear();
      add(schema, batch, arrival.from(1, 0, 4), "{\"price\":15000e-4,\"id\":5}");
      delete(schema, batch, arrival.from(1, 0, 5), "[\"-0.250\"]");
      add(schema, batch, arrival.from(1, 0, 6), "{\"price\":0,\"id\":6}");
      write(writer, batch, 4, 7);
    }
    assertThat(table(definition, "id")).containsExactly("4", "5", "6");
    try (var reader = store.reader(definition)) {
      for (var number : List.of("1.500", "0.00")) {
        var key = List.of(Literal.parse(FieldType.DECIMAL, number));
        assertThat(reader.readOne(key, row -> {})).as(number).isTrue();
      }
      for (var number : List.of("-0.25", "1.505", "1e12", "1e-40")) {
        var key = List.of(Literal.parse(FieldType.DECIMAL, number));
        assertThat(reader.readOne(key, row -> {})).as(number).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void namesTheRowsThatTheTableRefusesAndStoresTheOthers(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    var refused = store.refuse(definition, "name");
    assumeTrue(refused.isPresent());
    try (var writer = writer(definition)) {
      var claim = claim(writer, 0);
      var batch = writer.newBatch();
      for (var id = 0; id < 300; id++) {
        add(batch, arrival.from(1, 0, id), id, id % 100 == 50 ? refused.get() : "ok");
      }
      List<RowRejection> heard = new ArrayList<>();
      var result =
          writer.write(
              batch,
              advance(claim, 0, 300),
              new CommitGate<RuntimeException>() {
                @Override
                public void onRejected(RowRejection rejection) {
                  heard.add(rejection);
                }

                @Override
                public void beforeCommit(List<RowRejection> rejected) {
                  assertThat(rejected).isEqualTo(heard);
                }
              });
      assertThat(result).isEqualTo(new WriteResult.Stored(297, 0, 3));
      assertThat(heard).extracting(RowRejection::row).containsExactly(50, 150, 250);
      assertThat(heard)
          .allSatisfy(
              rejection -> {
                assertThat(rejection.errorClass()).isEqualTo(ErrorClass.RejectedByStore);
                assertThat(rejection.reason()).isNotBlank();
              });
      assertThat(names(definition)).hasSize(297).containsOnly("ok");
      assertThat(claim(writer, 0).nextOffset()).isEqualTo(300);
    }
  }

  /** A newer value that is refused must not take an older one with it, nor a deletion. */
  @Test
  void keepsTheNewestOfEachKeyThatTheTableTakes() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 1);
    var refused = store.refuse(definition, "name");
    assumeTrue(refused.isPresent());
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, arrival.from(1, 0, 0), 1, "old");
      add(batch, arrival.from(1, 0, 1), 1, refused.get());
      add(batch, arrival.from(1, 0, 2), 2, "goes");
      delete(batch, arrival.from(1, 0, 3), 2);
      add(batch, arrival.from(1, 0, 4), 3, refused.get());
      add(batch, arrival.from(1, 0, 5), 3, "new");
      assertThat(write(writer, batch, 0, 6)).isInstanceOf(WriteResult.Stored.class);
      assertThat(names(definition)).containsExactly("old", "new");
    }
  }
}
