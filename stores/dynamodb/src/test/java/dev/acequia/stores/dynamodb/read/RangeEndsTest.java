package dev.acequia.stores.dynamodb.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.KeyTuple;
import dev.acequia.stores.dynamodb.read.RangeEnds.End;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.KeyedQuery.Bound;
import dev.acequia.stores.query.Literal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RangeEndsTest {
  private static final String GREATEST = "9." + "9".repeat(37) + "E+125";

  private static KeyedQuery query(
      @Nullable KeyIndex index,
      FieldType type,
      List<Literal> prefix,
      @Nullable Bound from,
      @Nullable Bound to) {
    return new KeyedQuery(
        index,
        new Literal(FieldType.STRING, "late"),
        prefix,
        List.of(new Field("r", type, true, null)),
        from,
        to,
        false);
  }

  private static Optional<RangeEnds> find(
      FieldType type, @Nullable Bound from, @Nullable Bound to) {
    return RangeEnds.of(query(new KeyIndex("by-status", "status", "r"), type, List.of(), from, to));
  }

  private static Optional<RangeEnds> findOne(FieldType type, String value) {
    return RangeEnds.of(
        query(
            new KeyIndex("by-status", "status", "r"),
            type,
            List.of(Literal.parse(type, value)),
            null,
            null));
  }

  private static RangeEnds of(FieldType type, @Nullable Bound from, @Nullable Bound to) {
    return find(type, from, to).orElseThrow();
  }

  private static Bound bound(FieldType type, String value, boolean inclusive) {
    return new Bound(Literal.parse(type, value), inclusive);
  }

  private static End number(String number) {
    return new End(AttributeValue.fromN(number), true);
  }

  private static End text(String text) {
    return new End(AttributeValue.fromS(text), true);
  }

  @Test
  void takesOneEndAsItIs() {
    assertThat(of(FieldType.INT64, bound(FieldType.INT64, "5", false), null).from())
        .isEqualTo(new End(AttributeValue.fromN("5"), false));
    assertThat(of(FieldType.INT64, null, null)).isEqualTo(new RangeEnds(null, null));
  }

  @Test
  void includesBothOfTwoEnds() {
    assertThat(
            of(
                FieldType.INT64,
                bound(FieldType.INT64, "7", false),
                bound(FieldType.INT64, "9223372036854775807", false)))
        .isEqualTo(new RangeEnds(number("8"), number("9223372036854775806")));
    assertThat(
            of(
                    FieldType.TIMESTAMP,
                    bound(FieldType.TIMESTAMP, "2013-01-01", true),
                    bound(FieldType.TIMESTAMP, "2013-02-01", false))
                .to())
        .isEqualTo(text("2013-01-31T23:59:59.999999Z"));
    assertThatThrownBy(
            () ->
                of(
                    FieldType.STRING,
                    bound(FieldType.STRING, "a", true),
                    bound(FieldType.STRING, "b", false)))
        .isInstanceOf(InvalidQueryException.class)
        .hasMessageContaining("use gte and lte");
  }

  @Test
  void knowsWhenNothingIsBetween() {
    var same = bound(FieldType.STRING, "a", true);
    assertThat(find(FieldType.STRING, same, same)).isPresent();
    assertThat(find(FieldType.STRING, bound(FieldType.STRING, "b", true), same)).isEmpty();
    assertThat(
            find(
                FieldType.INT64,
                bound(FieldType.INT64, "9223372036854775807", false),
                bound(FieldType.INT64, "7", false)))
        .isEmpty();
  }

  /** The service takes no empty bytes. */
  @Test
  void aRangeOfTheKeyHasNoEndThatIsEmpty() {
    var five = bound(FieldType.INT64, "5", true);
    assertThat(RangeEnds.of(query(null, FieldType.INT64, List.of(), null, five)))
        .contains(
            new RangeEnds(
                null, new End(ItemKeys.bytes(KeyTuple.behind(List.of(five.value()))), true)));
    assertThat(RangeEnds.of(query(null, FieldType.INT64, List.of(), five, null)))
        .contains(
            new RangeEnds(
                new End(ItemKeys.bytes(KeyTuple.before(List.of(five.value()))), true), null));
  }

  @Test
  void noIndexHasAnEmptyText() {
    var inclusive = bound(FieldType.STRING, "", true);
    var exclusive = bound(FieldType.STRING, "", false);
    assertThat(findOne(FieldType.STRING, "")).isEmpty();
    assertThat(of(FieldType.STRING, inclusive, null).from()).isEqualTo(text("\u0001"));
    assertThat(of(FieldType.STRING, exclusive, bound(FieldType.STRING, "b", true)))
        .isEqualTo(new RangeEnds(text("\u0001"), text("b")));
    assertThat(find(FieldType.STRING, null, inclusive)).isEmpty();
    assertThat(find(FieldType.STRING, null, exclusive)).isEmpty();
  }

  @Test
  void anEndBeyondTheNumbersOfTheServiceIsTheNearestOfThem() {
    assertThat(
            of(
                FieldType.DOUBLE,
                bound(FieldType.DOUBLE, "1", true),
                bound(FieldType.DOUBLE, "1e300", false)))
        .isEqualTo(new RangeEnds(number("1"), number(GREATEST)));
    assertThat(of(FieldType.DOUBLE, bound(FieldType.DOUBLE, "-1e300", true), null).from())
        .isEqualTo(number("-" + GREATEST));
    assertThat(find(FieldType.DOUBLE, bound(FieldType.DOUBLE, "1e300", true), null)).isEmpty();
    assertThat(find(FieldType.DOUBLE, null, bound(FieldType.DOUBLE, "-1e300", true))).isEmpty();
    assertThat(findOne(FieldType.DOUBLE, "1e300")).isEmpty();
    assertThat(of(FieldType.DOUBLE, bound(FieldType.DOUBLE, "1e-200", true), null).from())
        .isEqualTo(number("0." + "0".repeat(129) + "1"));
    assertThat(of(FieldType.DOUBLE, null, bound(FieldType.DOUBLE, "1e-200", false)).to())
        .isEqualTo(number("0"));
  }

  @Test
  void anEndOfTooManyDigitsIsTheNearestNumberWithin() {
    var digits = "1" + "0".repeat(37) + "5";
    var below = "1E+38";
    var above = "1." + "0".repeat(36) + "1E+38";
    assertThat(
            of(
                FieldType.DECIMAL,
                bound(FieldType.DECIMAL, digits, false),
                bound(FieldType.DECIMAL, "9" + "0".repeat(38), true)))
        .extracting(RangeEnds::from)
        .isEqualTo(number(above));
    assertThat(of(FieldType.DECIMAL, null, bound(FieldType.DECIMAL, digits, false)).to())
        .isEqualTo(number(below));
    assertThat(findOne(FieldType.DECIMAL, digits)).isEmpty();
  }

  /** Years of five digits have a sign, which comes before all digits. */
  @Test
  void anEndBeyondTheLastDayIsThatDay() {
    var behind = bound(FieldType.TIMESTAMP, "9999-12-31T23:59:59-18:00", true);
    assertThat(of(FieldType.TIMESTAMP, null, behind).to())
        .isEqualTo(text("9999-12-31T23:59:59.999999Z"));
    assertThat(find(FieldType.TIMESTAMP, behind, null)).isEmpty();
    var before = bound(FieldType.TIMESTAMP, "0000-01-01T00:00:00+18:00", false);
    assertThat(of(FieldType.TIMESTAMP, before, null).from())
        .isEqualTo(text("0000-01-01T00:00:00.000000Z"));
    assertThat(find(FieldType.TIMESTAMP, null, before)).isEmpty();
    var last = bound(FieldType.DATE, "9999-12-31", false);
    assertThat(find(FieldType.DATE, last, bound(FieldType.DATE, "9999-12-31", true))).isEmpty();
  }

  @Test
  void knowsWhatLiesBetweenItsEnds() {
    var ends = of(FieldType.INT64, bound(FieldType.INT64, "5", false), null);
    assertThat(ends.contains(AttributeValue.fromN("5"))).isFalse();
    assertThat(ends.contains(AttributeValue.fromN("6"))).isTrue();
    var two =
        of(FieldType.INT64, bound(FieldType.INT64, "5", true), bound(FieldType.INT64, "7", true));
    assertThat(two.contains(AttributeValue.fromN("7"))).isTrue();
    assertThat(two.contains(AttributeValue.fromN("10"))).isFalse();
  }
}
