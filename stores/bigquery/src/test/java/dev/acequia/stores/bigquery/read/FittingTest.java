package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.stores.bigquery.read.Fitting.Fitted;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Literal;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittingTest {
  private static final String LARGEST = "99999999999999999999999999999.999999999";

  private static void assertFitted(
      FieldType type, Operator operator, String value, Operator fitted, String with) {
    var found =
        Objects.requireNonNull(
            Fitting.fitted(operator, Literal.parse(type, value), NumericKind.NUMERIC));
    assertThat(found.operator()).isEqualTo(fitted);
    assertThat(found.value().text()).isEqualTo(with);
  }

  @ParameterizedTest
  @CsvSource({
    "EQ, 1.5, EQ, 1.5",
    "NEQ, 1.500000000000, NEQ, 1.500000000000",
    "GT, 0, GT, 0",
    "GT, 1.0000000015, GT, 1.000000001",
    "GTE, 1.0000000015, GT, 1.000000001",
    "LT, 1.0000000015, LTE, 1.000000001",
    "LTE, 1.0000000015, LTE, 1.000000001",
    "GT, -1.0000000015, GT, -1.000000002",
    "LT, -1.0000000015, LTE, -1.000000002",
    "EQ, 1.0000000015, GT, " + LARGEST,
    "NEQ, 1.0000000015, LTE, " + LARGEST,
    "GT, 1e29, GT, " + LARGEST,
    "LTE, 1e29, LTE, " + LARGEST,
    "EQ, 1e29, GT, " + LARGEST,
    "GTE, -1e29, GTE, -" + LARGEST,
    "LT, -1e29, LT, -" + LARGEST,
    "LTE, 1e131000, LTE, " + LARGEST,
    "GT, 1e-16000, GT, 0.000000000",
    "GT, -1e-16000, GT, -0.000000001"
  })
  void findsADecimalThatTheColumnHas(
      Operator operator, String value, Operator fitted, String with) {
    assertFitted(FieldType.DECIMAL, operator, value, fitted, with);
  }

  @ParameterizedTest
  @CsvSource({
    "EQ, 0001-01-01, EQ, 0001-01-01",
    "EQ, 0000-12-31, GT, 9999-12-31",
    "GT, 0000-12-31, GTE, 0001-01-01",
    "LTE, 0000-12-31, LT, 0001-01-01"
  })
  void findsADateThatTheColumnHas(Operator operator, String value, Operator fitted, String with) {
    assertFitted(FieldType.DATE, operator, value, fitted, with);
  }

  @ParameterizedTest
  @CsvSource({
    "GTE, 9999-12-31T23:59:59.999999Z, GTE, 9999-12-31T23:59:59.999999Z",
    "GTE, 9999-12-31T23:59:59-01:00, GT, 9999-12-31T23:59:59.999999Z",
    "LT, 9999-12-31T23:59:59-01:00, LTE, 9999-12-31T23:59:59.999999Z",
    "NEQ, 0001-01-01T00:00:00+01:00, LTE, 9999-12-31T23:59:59.999999Z",
    "GTE, 0001-01-01T00:00:00+01:00, GTE, 0001-01-01T00:00:00Z"
  })
  void findsATimeThatTheColumnHas(Operator operator, String value, Operator fitted, String with) {
    assertFitted(FieldType.TIMESTAMP, operator, value, fitted, with);
  }

  @Test
  void leavesNothingOutThatIsDistinctFromWhatNoRowHas() {
    assertThat(
            Fitting.fitted(
                Operator.DISTINCT, Literal.parse(FieldType.DECIMAL, "1e-10"), NumericKind.NUMERIC))
        .isNull();
    var there = Literal.parse(FieldType.DECIMAL, "1e-10");
    assertThat(Fitting.fitted(Operator.DISTINCT, there, NumericKind.BIGNUMERIC))
        .isEqualTo(new Fitted(Operator.DISTINCT, there));
  }
}
