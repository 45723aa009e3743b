package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Condition.Is;
import dev.acequia.stores.query.Condition.Is.Truth;
import dev.acequia.stores.query.Condition.Like;
import dev.acequia.stores.query.Condition.Not;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of two files may have a row, by bounds as Iceberg's own writers record them. */
class PruningIT {
  private static final Schema SCHEMA =
      new Schema(
          List.of(),
          FuzzValues.FIELDS.stream().filter(field -> !field.required()).toList(),
          UnknownFields.REJECT);

  @TempDir Path folder;

  private boolean mayMatch(Condition condition, PartitionSpec spec, Object... values)
      throws Exception {
    try (var table =
        new LakeTable(folder.resolve(UUID.randomUUID().toString()), LakeColumns.of(SCHEMA), spec)) {
      var column = column(condition);
      var rows = new ArrayList<Record>();
      for (var value : values) {
        rows.add(value == NULL ? table.row() : table.row(column, value));
      }
      table.append(rows);
      var plan = table.plan(LakeQueries.records(SCHEMA, LoadMode.APPEND));
      return !plan.matching(new Fitting(plan.columns()).of(condition)).files().isEmpty();
    }
  }

  private static final Object NULL = new Object();

  private static String column(Condition condition) {
    return switch (condition) {
      case Comparison comparison -> comparison.field().name();
      case In in -> in.field().name();
      case Is is -> is.field().name();
      case Like like -> like.field().name();
      case Not not -> column(not.condition());
      case All all -> all.conditions().isEmpty() ? "n" : column(all.conditions().getFirst());
      case Any any -> any.conditions().isEmpty() ? "n" : column(any.conditions().getFirst());
    };
  }

  private void finds(Condition condition, Object... values) throws Exception {
    assertThat(mayMatch(condition, PartitionSpec.unpartitioned(), values))
        .as("%s", condition)
        .isTrue();
  }

  private void leavesOut(Condition condition, Object... values) throws Exception {
    assertThat(mayMatch(condition, PartitionSpec.unpartitioned(), values))
        .as("%s", condition)
        .isFalse();
  }

  private static Field field(String name) {
    return SCHEMA.fields().get(SCHEMA.indexOf(name));
  }

  private static Condition is(String name, Operator operator, String value) {
    return new Comparison(field(name), operator, Literal.parse(field(name).type(), value));
  }

  private static BigDecimal decimal(String text) {
    return new BigDecimal(text).setScale(LakeColumns.DIGITS.scale());
  }

  @Test
  void comparesNumbersWithBounds() throws Exception {
    leavesOut(is("n", Operator.EQ, "7"), 1, 5);
    finds(is("n", Operator.EQ, "3"), 1, 5);
    leavesOut(is("n", Operator.GT, "5"), 1, 5);
    finds(is("n", Operator.GTE, "5"), 1, 5);
    leavesOut(is("m", Operator.LT, "1"), 1L, 5L);
    finds(is("m", Operator.LTE, "1"), 1L, 5L);
    finds(is("n", Operator.NEQ, "3"), 3, 3);
    leavesOut(new Not(is("n", Operator.LTE, "5")), 1, 5);
    leavesOut(new Not(is("n", Operator.NEQ, "7")), 1, 5);
    leavesOut(
        new In(
            field("n"), List.of(new Literal(FieldType.INT32, 6), new Literal(FieldType.INT32, 9))),
        1,
        5);
    leavesOut(new In(field("n"), List.of()), 1, 5);
    finds(new Not(new In(field("n"), List.of())), 1, 5);
  }

  @Test
  void comparesDecimalsOfAnyDigits() throws Exception {
    leavesOut(is("p", Operator.EQ, "1.6"), decimal("1.5"));
    finds(is("p", Operator.EQ, "1.50"), decimal("1.5"));
    finds(is("p", Operator.GT, "1.4999999999999999999999"), decimal("1.5"));
    leavesOut(is("p", Operator.GT, "1.5000000000000000000001"), decimal("1.5"));
    leavesOut(is("p", Operator.GT, "1e30"), decimal("1.5"));
    finds(is("p", Operator.LT, "1e30"), decimal("1.5"));
  }

  /** Bounds are numbers of the column's last digit. */
  @Test
  void comparesDecimalsOfTheColumnsDigits() throws Exception {
    var cents = new BigDecimal("1.50");
    leavesOut(is("q", Operator.EQ, "1.6"), cents);
    leavesOut(is("q", Operator.EQ, "1.505"), cents);
    finds(is("q", Operator.EQ, "1.500"), cents);
    finds(is("q", Operator.GT, "1.495"), cents);
    leavesOut(is("q", Operator.GT, "1.505"), cents);
    finds(is("q", Operator.LT, "1.505"), cents);
    leavesOut(is("q", Operator.GTE, "1e7"), cents);
    finds(is("q", Operator.LT, "1e7"), cents);
    leavesOut(new In(field("q"), List.of(Literal.parse(FieldType.DECIMAL, "1.6"))), cents);

    var least = new BigDecimal("1e-30");
    finds(is("w", Operator.GT, "0"), least);
    finds(is("w", Operator.GT, "0.5e-30"), least);
    leavesOut(is("w", Operator.GT, "1.5e-30"), least);
  }

  @Test
  void takesTheZerosOfADoubleForOne() throws Exception {
    for (var zero : List.of("0", "-0.0")) {
      for (var stored : List.of(0.0, -0.0)) {
        finds(is("d", Operator.EQ, zero), stored);
        finds(is("d", Operator.GTE, zero), stored);
        finds(is("d", Operator.LTE, zero), stored);
        finds(new In(field("d"), List.of(Literal.parse(FieldType.DOUBLE, zero))), stored);
      }
    }
    leavesOut(is("d", Operator.GT, "0"), -1.0, -0.0);
  }

  @Test
  void comparesTimes() throws Exception {
    leavesOut(is("day", Operator.GT, "2013-01-31"), LocalDate.of(2013, 1, 31));
    finds(is("day", Operator.EQ, "2013-01-31"), LocalDate.of(2013, 1, 31));
    var noon = OffsetDateTime.parse("2013-01-31T12:00:00Z");
    leavesOut(is("at", Operator.LT, "2013-01-31T12:00:00Z"), noon);
    finds(is("at", Operator.EQ, "2013-01-31T13:00:00+01:00"), noon);
  }

  /** Bounds are cut to some characters, and UTF-16 has another order. */
  @Test
  void comparesStringsByTheirBytes() throws Exception {
    finds(is("s", Operator.GT, "\uffff"), "🛶");
    leavesOut(is("s", Operator.LT, "\uffff"), "🛶");
    leavesOut(is("s", Operator.GT, "z"), "a", "ua");
    var large = "x".repeat(1000);
    finds(is("s", Operator.EQ, large), large);
    finds(is("s", Operator.GTE, large), large);
    finds(is("s", Operator.GT, "x".repeat(999)), large);
  }

  @Test
  void findsThePrefixOfAPattern() throws Exception {
    var s = field("s");
    leavesOut(new Like(s, "b%", false), "a", "az");
    finds(new Like(s, "a_", false), "a", "az");
    finds(new Like(s, "B%", true), "b");
    finds(new Like(s, "\\%", false), "%");
    finds(new Not(new Like(s, "b%", false)), "a");
    finds(new Like(s, "%z", false), "az");
  }

  @Test
  void knowsWhereNullsAre() throws Exception {
    leavesOut(new Is(field("n"), Truth.NULL), 1, 2);
    finds(new Is(field("n"), Truth.NULL), 1, NULL);
    leavesOut(new Is(field("n"), Truth.NOT_NULL), NULL, NULL);
    leavesOut(new Not(new Is(field("n"), Truth.NULL)), NULL);
    leavesOut(is("n", Operator.EQ, "1"), NULL);
    finds(is("n", Operator.DISTINCT, "1"), NULL);
    leavesOut(new Is(field("b"), Truth.TRUE), false);
    finds(new Not(new Is(field("b"), Truth.TRUE)), false, NULL);
    leavesOut(new Not(is("n", Operator.DISTINCT, "1")), 2, NULL);
  }

  @Test
  void joinsConditions() throws Exception {
    var five = is("n", Operator.EQ, "5");
    var seven = is("n", Operator.EQ, "7");
    finds(new Any(List.of(five, seven)), 5);
    leavesOut(new Any(List.of(five, seven)), 6);
    leavesOut(new All(List.of(five, seven)), 5);
    finds(new Not(new All(List.of(five, seven))), 5);
    finds(new Not(new Any(List.of(five, seven))), 6);
    leavesOut(new Not(new Any(List.of(is("n", Operator.LT, "6"), seven))), 5);
    leavesOut(new Any(List.of()), 5);
  }

  @Test
  void findsUuidsOfEitherHalf() throws Exception {
    for (var id : List.of(new UUID(-1, 0), new UUID(1, 0))) {
      finds(is("u", Operator.EQ, id.toString()), new UUID(-1, 0), new UUID(1, 0));
    }
  }

  @Test
  void knowsThePartsOfATable() throws Exception {
    var columns = LakeColumns.of(SCHEMA);
    var byBucket = PartitionSpec.builderFor(columns).bucket("u", 1 << 20).build();
    var id = UUID.fromString("7fffffff-0000-4000-8000-0123456789ab");
    assertThat(mayMatch(is("u", Operator.EQ, id.toString()), byBucket, id)).isTrue();
    assertThat(mayMatch(is("u", Operator.EQ, new UUID(1, 2).toString()), byBucket, id)).isFalse();
    assertThat(mayMatch(new Not(is("u", Operator.EQ, id.toString())), byBucket, id)).isTrue();
    var byDay = PartitionSpec.builderFor(columns).day("at").build();
    var noon = OffsetDateTime.parse("2013-01-31T12:00:00Z");
    assertThat(mayMatch(is("at", Operator.GTE, "2013-01-31T00:00:00Z"), byDay, noon)).isTrue();
    assertThat(mayMatch(is("at", Operator.GTE, "2013-02-01T00:00:00Z"), byDay, noon)).isFalse();
  }

  /** Iceberg truncates the least numbers of a type to the greatest. */
  @Test
  void findsWhatIsGreaterThanTheLeastNumbersAmongTruncatedOnes() throws Exception {
    var columns = LakeColumns.of(SCHEMA);
    var byTens = PartitionSpec.builderFor(columns).truncate("n", 10).truncate("m", 10).build();
    for (var least :
        List.of(is("n", Operator.GTE, "-2147483648"), is("n", Operator.GT, "-2147483647"))) {
      assertThat(mayMatch(least, byTens, 1)).isTrue();
    }
    assertThat(mayMatch(is("m", Operator.GTE, "-9223372036854775808"), byTens, 1L)).isTrue();
    assertThat(mayMatch(is("n", Operator.GTE, "-2147483640"), byTens, 1)).isTrue();
    assertThat(mayMatch(is("n", Operator.GTE, "20"), byTens, 1)).isFalse();
    // Another engine leaves it among the greatest.
    assertThat(mayMatch(is("n", Operator.LT, "0"), byTens, Integer.MIN_VALUE)).isTrue();
    assertThat(mayMatch(is("m", Operator.LTE, "-5"), byTens, Long.MIN_VALUE)).isTrue();
  }
}
