package dev.acequia.stores.dynamodb.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.stores.dynamodb.read.RangeEnds.End;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.KeyedQuery.Bound;
import dev.acequia.stores.query.Literal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class RangeEndsTest {
  private static RangeEnds of(FieldType type, @Nullable Bound from, @Nullable Bound to) {
    return RangeEnds.of(
        new KeyedQuery(
            new KeyIndex("by-status", "status", "r"),
            new Literal(FieldType.STRING, "late"),
            List.of(),
            List.of(new Field("r", type, true, null)),
            from,
            to,
            false));
  }

  private static Bound bound(FieldType type, String value, boolean inclusive) {
    return new Bound(Literal.parse(type, value), inclusive);
  }

  private static End number(String number) {
    return new End(AttributeValue.fromN(number), true);
  }

  @Test
  void takesOneEndAsItIs() {
    assertThat(of(FieldType.INT64, bound(FieldType.INT64, "5", false), null).from())
        .isEqualTo(new End(AttributeValue.fromN("5"), false));
    assertThat(of(FieldType.INT64, null, null)).isEqualTo(new RangeEnds(null, null));
  }

  @Test
  void includesBothOfTwoEnds() {
    var ends =
        of(
            FieldType.INT64,
            bound(FieldType.INT64, "9223372036854775807", false),
            bound(FieldType.INT64, "7", false));
    assertThat(ends.from()).isEqualTo(number("9223372036854775808"));
    assertThat(ends.to()).isEqualTo(number("6"));
    assertThat(ends.isEmpty()).isTrue();
    assertThat(
            of(
                    FieldType.TIMESTAMP,
                    bound(FieldType.TIMESTAMP, "2013-01-01", true),
                    bound(FieldType.TIMESTAMP, "2013-02-01", false))
                .to())
        .isEqualTo(new End(AttributeValue.fromS("2013-01-31T23:59:59.999999Z"), true));
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
    assertThat(of(FieldType.STRING, same, same).isEmpty()).isFalse();
    assertThat(of(FieldType.STRING, bound(FieldType.STRING, "b", true), same).isEmpty()).isTrue();
  }
}
