package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NewestOfKeysTest {
  private static final Schema SCHEMA = schema(FieldType.STRING);

  private final RecordDecoder decoder = new RecordDecoder(SCHEMA);
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();
  private final PostgresBatch batch = new PostgresBatch(SCHEMA, LoadMode.UPSERT);

  private static Schema schema(FieldType firstOfKey) {
    return new Schema(
        List.of("name", "number"),
        List.of(
            new Field("note", FieldType.STRING, false, null),
            new Field("number", FieldType.INT32, true, null),
            new Field("name", firstOfKey, true, null)),
        UnknownFields.REJECT);
  }

  private void add(String name, int number, int partition, long offset) throws BadRecordException {
    var json =
        "{\"note\":\"of %d\",\"number\":%d,\"name\":\"%s\"}"
            .formatted(offset, number, name)
            .getBytes(StandardCharsets.UTF_8);
    decoder.decode(json, 0, json.length, row);
    batch.add(row, arrival.from(1, partition, offset));
  }

  private static Optional<BitSet> superseded(PostgresBatch batch) {
    return batch.newestOfKeys().map(newest -> newest.superseded(new BitSet()));
  }

  private static Optional<BitSet> rows(int... numbers) {
    var rows = new BitSet();
    for (var number : numbers) {
      rows.set(number);
    }
    return Optional.of(rows);
  }

  @Test
  void theHighestOffsetOfAKeyStandsInWhateverOrderTheRecordsCame() throws BadRecordException {
    add("a", 1, 0, 10);
    add("a", 1, 0, 12);
    add("a", 1, 0, 11); // a dead letter that was sent back
    add("b", 1, 0, 13);
    assertThat(superseded(batch)).isEqualTo(rows(0, 2));
  }

  @Test
  void keysDifferWhereverTheirPartsDo() throws BadRecordException {
    add("ab", 1, 0, 1);
    add("a", 1, 0, 2);
    add("ab", 2, 0, 3);
    add("", 1, 0, 4);
    assertThat(superseded(batch)).isEqualTo(rows());
  }

  @Test
  void aDeletionIsTheNewestOfItsKeyToo() throws BadRecordException {
    add("a", 1, 0, 1);
    var key = "[\"a\",1]".getBytes(StandardCharsets.UTF_8);
    decoder.decodeKey(key, 0, key.length, row);
    batch.addDeletion(row, arrival.from(1, 0, 2));
    add("b", 1, 0, 3);
    assertThat(superseded(batch)).isEqualTo(rows(0));
  }

  @Test
  void aClearedBatchRemembersNothing() throws BadRecordException {
    add("a", 1, 0, 1);
    batch.clear();
    add("a", 1, 0, 2);
    assertThat(superseded(batch)).isEqualTo(rows());
  }

  @Test
  void findsTheNewestOfManyKeys() throws BadRecordException {
    var random = new Random(7);
    Map<String, Integer> newest = new HashMap<>();
    var expected = new BitSet();
    for (var i = 0; i < 20_000; i++) {
      var name = "name " + random.nextInt(3_000);
      var before = newest.put(name, i);
      if (before != null) {
        expected.set(before);
      }
      add(name, 5, 0, i);
    }
    assertThat(superseded(batch)).contains(expected);
  }

  @Test
  void anOlderRecordIsTheNewestWhenTheNewerOnesAreNotThere() throws BadRecordException {
    add("a", 1, 0, 10);
    add("a", 1, 0, 12);
    add("b", 1, 0, 13);
    add("a", 1, 0, 11);
    add("a", 1, 0, 14);
    var newest = batch.newestOfKeys().orElseThrow();
    assertThat(Optional.of(newest.superseded(rows(4).get()))).isEqualTo(rows(0, 3));
    assertThat(Optional.of(newest.superseded(rows(1, 2, 4).get()))).isEqualTo(rows(0));
    assertThat(Optional.of(newest.superseded(rows(0, 1, 4).get()))).isEqualTo(rows());
    assertThat(Optional.of(newest.superseded(new BitSet()))).isEqualTo(rows(0, 1, 3));
  }

  @Test
  void leavesKeysWhoseBytesSayTooLittleToTheTable() {
    for (var type : List.of(FieldType.DECIMAL, FieldType.DOUBLE)) {
      assertThat(superseded(new PostgresBatch(schema(type), LoadMode.UPSERT))).isEmpty();
    }
  }

  @Test
  void anAppendedBatchSupersedesNothing() {
    assertThat(superseded(new PostgresBatch(SCHEMA, LoadMode.APPEND))).isEmpty();
  }
}
