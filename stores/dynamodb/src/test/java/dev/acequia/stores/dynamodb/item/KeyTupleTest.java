package dev.acequia.stores.dynamodb.item;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyTupleTest {
  /** Values in their order. */
  static Stream<List<Literal>> ordered() {
    return Stream.of(
        of(FieldType.STRING, "", "\u0001", "a", "a\u0001", "ab", "b", "ñ", "\uffff", "🛶"),
        of(FieldType.INT32, Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE),
        of(FieldType.INT64, Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE),
        of(
            FieldType.DOUBLE,
            -Double.MAX_VALUE,
            -1.5,
            -Double.MIN_VALUE,
            0.0,
            Double.MIN_VALUE,
            0.1,
            1e300),
        of(
            FieldType.DECIMAL,
            new BigDecimal("-1e40"),
            new BigDecimal("-12"),
            new BigDecimal("-1.25"),
            new BigDecimal("-1.2"),
            new BigDecimal("-1e-40"),
            BigDecimal.ZERO,
            new BigDecimal("1e-40"),
            new BigDecimal("0.1"),
            new BigDecimal("0.11"),
            new BigDecimal("9"),
            new BigDecimal("10"),
            new BigDecimal("1e40")),
        of(FieldType.BOOLEAN, false, true),
        of(FieldType.DATE, LocalDate.of(1, 1, 1), LocalDate.EPOCH, LocalDate.of(9999, 12, 31)),
        of(FieldType.UUID, new UUID(0, 1), new UUID(1, 0), new UUID(-1, 0), new UUID(-1, -1)));
  }

  private static List<Literal> of(FieldType type, Object... values) {
    return Arrays.stream(values).map(value -> new Literal(type, value)).toList();
  }

  @ParameterizedTest
  @MethodSource("ordered")
  void hasTheOrderOfItsValues(List<Literal> values) {
    var last = new Literal(FieldType.STRING, "z");
    for (var i = 1; i < values.size(); i++) {
      var former = List.of(values.get(i - 1), last);
      var latter = List.of(values.get(i));
      assertThat(Arrays.compareUnsigned(KeyTuple.of(former), KeyTuple.of(latter)))
          .as("%s before %s", former, latter)
          .isNegative();
    }
  }

  @ParameterizedTest
  @MethodSource("ordered")
  void liesBetweenItsPrefixsEnds(List<Literal> values) {
    for (var i = 0; i < values.size(); i++) {
      var prefix = List.of(values.get(i));
      for (var tuple : List.of(prefix, List.of(values.get(i), values.get(i)))) {
        assertThat(Arrays.compareUnsigned(KeyTuple.before(prefix), KeyTuple.of(tuple)))
            .isNegative();
        assertThat(Arrays.compareUnsigned(KeyTuple.of(tuple), KeyTuple.behind(prefix)))
            .isNegative();
      }
      if (i > 0) {
        var former = KeyTuple.of(List.of(values.get(i - 1)));
        assertThat(Arrays.compareUnsigned(former, KeyTuple.before(prefix))).isNegative();
      }
    }
  }

  @Test
  void isOneForEqualValues() {
    assertThat(KeyTuple.of(of(FieldType.DECIMAL, new BigDecimal("1.50"))))
        .isEqualTo(KeyTuple.of(of(FieldType.DECIMAL, new BigDecimal("1.5"))));
    assertThat(KeyTuple.of(of(FieldType.DOUBLE, -0.0)))
        .isEqualTo(KeyTuple.of(of(FieldType.DOUBLE, 0.0)));
    // An int32 may become an int64.
    assertThat(KeyTuple.of(of(FieldType.INT32, 7))).isEqualTo(KeyTuple.of(of(FieldType.INT64, 7L)));
  }
}
