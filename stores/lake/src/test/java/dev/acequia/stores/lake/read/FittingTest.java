package dev.acequia.stores.lake.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.query.Condition.Comparison.Operator;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of decimals with two digits before and two behind the point. */
class FittingTest {
  private static final int PRECISION = 4;
  private static final int SCALE = 2;

  @ParameterizedTest
  @CsvSource({
    "EQ, 1.5, EQ, 1.50",
    "NEQ, 1.500, NEQ, 1.50",
    "GT, 0, GT, 0.00",
    "GT, 1.505, GT, 1.50",
    "GTE, 1.505, GT, 1.50",
    "LT, 1.505, LTE, 1.50",
    "LTE, 1.505, LTE, 1.50",
    "GT, -1.505, GT, -1.51",
    "LT, -1.505, LTE, -1.51",
    "EQ, 1.505, GT, 99.99",
    "NEQ, 1.505, LTE, 99.99",
    "GT, 100, GT, 99.99",
    "LTE, 100, LTE, 99.99",
    "EQ, 100, GT, 99.99",
    "GTE, -100, GTE, -99.99",
    "LT, -100, LT, -99.99",
    "LTE, 1e131000, LTE, 99.99",
    "GT, 1e-16000, GT, 0.00",
    "GT, -1e-16000, GT, -0.01"
  })
  void findsAValueThatTheColumnHas(
      Operator operator, BigDecimal value, Operator fitted, BigDecimal with) {
    assertThat(Fitting.fitted(operator, value, PRECISION, SCALE))
        .isEqualTo(new Fitting.Fitted(fitted, with));
  }

  @Test
  void differsFromAllValues() {
    assertThat(Fitting.fitted(Operator.DISTINCT, new BigDecimal("1.505"), PRECISION, SCALE))
        .isNull();
    assertThat(Fitting.fitted(Operator.DISTINCT, new BigDecimal("1.5"), PRECISION, SCALE))
        .isEqualTo(new Fitting.Fitted(Operator.DISTINCT, new BigDecimal("1.50")));
  }
}
