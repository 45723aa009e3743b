package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Values that some layer might take for its own, or that are at its limits. What the decoder
 * accepts, a store takes exactly, or it rejects the record, with a reason, and takes the others.
 */
public abstract class HostileContract extends StoreContract {
  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "null",
          "NULL",
          "\\N",
          "\\.",
          "'; DROP TABLE flights; --",
          "\"quoted\"",
          "`$1` ? :x {y} %s %",
          "tab\tand\nnewline\r\n",
          "\u0001\u001f\u007f",
          "\u00a0\u200b\ufeff",
          "e\u0301",
          "\uffff",
          "🛶",
          "a|b,c;d");

  private static final Schema EXTREMES =
      Pipelines.schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("value", FieldType.DECIMAL, false, null),
          new Field("ratio", FieldType.DOUBLE, false, null));

  protected HostileContract(StoreFixture store) {
    super(store);
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void takesTextsThatSomeLayerMightTakeForItsOwn(LoadMode mode) throws Exception {
    var definition = migrated(mode, 1);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var i = 0; i < TEXTS.size(); i++) {
        add(batch, arrival.from(1, 0, i), i, TEXTS.get(i));
      }
      assertThat(write(writer, batch, 0, TEXTS.size()))
          .isEqualTo(new WriteResult.Stored(TEXTS.size(), 0, 0));
    }
    assertThat(names(definition)).containsExactlyElementsOf(TEXTS);
    if (!answersEveryQuery()) {
      return;
    }
    var columns = RecordColumns.of(definition);
    try (var reader = store.reader(definition)) {
      for (var i = 0; i < TEXTS.size(); i++) {
        var where =
            new Comparison(
                columns.require("name").field(),
                Comparison.Operator.EQ,
                Literal.parse(FieldType.STRING, TEXTS.get(i)));
        var query = new Query(columns.all(), where, columns.total(List.of()), List.of(), 5, 0);
        assertThat(RowText.read(reader, query, "|")).containsExactly(i + "|" + TEXTS.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void takesOrRejectsTheLongestKeysAndTakesTheOthers(LoadMode mode) throws Exception {
    var keyed =
        Pipelines.schema(
            List.of("name"),
            new Field("id", FieldType.INT64, true, null),
            new Field("name", FieldType.STRING, true, null));
    var definition = definition(keyed, mode, TOPIC, 1, null);
    migrate(definition);
    var random = new Random(7);
    var lengths = List.of(1, 1_000, 2, 2_000, 3, 2_040, 4);
    List<String> expected = new ArrayList<>();
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var i = 0; i < lengths.size(); i++) {
        var text = random.ints(lengths.get(i), 'a', 'z').mapToObj(Character::toString).toList();
        var name = i + String.join("", text);
        expected.add(name);
        add(keyed, batch, arrival.from(1, 0, i), record(i, name));
      }
      var result = (WriteResult.Stored) write(writer, batch, 0, lengths.size());
      assertThat(result.rows() + result.rejected()).isEqualTo(lengths.size());
    }
    assertTakenUnlessRejected(expected, names(definition));
  }

  /** A record that is rejected is a long one; all others are there. */
  private void assertTakenUnlessRejected(List<String> sent, List<String> found) {
    assertTakenUnlessRejected(sent, Set.of(), found);
  }

  /**
   * Asserts what became of the records.
   *
   * @param impossible the rows that are rejected though they are not long
   */
  private void assertTakenUnlessRejected(
      List<String> sent, Set<Integer> impossible, List<String> found) {
    assertThat(rejected).allSatisfy(one -> assertThat(one.reason()).isNotBlank());
    var out = rejected.stream().map(RowRejection::row).toList();
    assertThat(out).containsAll(impossible);
    var expected = new ArrayList<String>();
    for (var i = 0; i < sent.size(); i++) {
      if (!out.contains(i)) {
        expected.add(sent.get(i));
      } else if (!impossible.contains(i)) {
        assertThat(sent.get(i).getBytes(StandardCharsets.UTF_8)).hasSizeGreaterThan(1_100);
      }
    }
    assertThat(found).containsExactlyElementsOf(expected);
  }

  @Test
  void takesALargeTextThatIsNoKey() throws Exception {
    var definition = migrated(LoadMode.UPSERT, 1);
    var text = "x".repeat(300_000);
    try (var writer = writer(definition)) {
      write(writer, batch(writer, 0, 0, "small", text, "small too"), 0, 3);
    }
    assertTakenUnlessRejected(List.of("small", text, "small too"), names(definition));
  }

  @Test
  void takesExtremeNumbersOrRejectsThem() throws Exception {
    var definition = definition(EXTREMES, LoadMode.UPSERT, TOPIC, 1, null);
    migrate(definition);
    var values =
        List.of(
            "0",
            "-0.10",
            "123456789012345678901234567890123456.78",
            "1e-40",
            "9".repeat(4_000),
            "0." + "0".repeat(3_000) + "1",
            "7");
    var ratios =
        List.of(
            "0.0",
            "-0.0",
            "4.9E-324",
            "1.7976931348623157E308",
            "-1.7976931348623157E308",
            "0.1",
            "1.0E15");
    var expected = new ArrayList<String>();
    var impossible = new HashSet<Integer>();
    var ids = List.of(Long.MIN_VALUE, -1L, 0L, 1L, 2L, 3L, Long.MAX_VALUE);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      for (var i = 0; i < ids.size(); i++) {
        var sent = new BigDecimal(values.get(i));
        var stored = store.stored(sent);
        try {
          add(
              EXTREMES,
              batch,
              arrival.from(1, 0, i),
              "{\"id\":%d,\"value\":%s,\"ratio\":%s}"
                  .formatted(ids.get(i), values.get(i), ratios.get(i)));
        } catch (BadRecordException e) {
          assertThat(stored).as(e.getMessage()).isEmpty();
          continue;
        }
        if (stored.isEmpty()) {
          impossible.add(expected.size());
        }
        expected.add(ids.get(i) + "|" + stored.orElse(sent).toPlainString() + "|" + ratios.get(i));
      }
      write(writer, batch, 0, ids.size());
    }
    assertTakenUnlessRejected(
        expected.stream().map(HostileContract::withOneZero).toList(),
        impossible,
        table(definition, "id", "value", "ratio").stream()
            .map(HostileContract::withOneZero)
            .toList());
  }

  /** A double's zeros may become one. */
  private static String withOneZero(String row) {
    return row.endsWith("|-0.0") ? row.replace("|-0.0", "|0.0") : row;
  }
}
