package dev.acequia.stores.dynamodb.item;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0.00, 0",
    "-0.10, -0.1",
    "1.50, 1.5",
    "1200, 1200",
    "99999999999999999999999999999999999999, 99999999999999999999999999999999999999",
    "1000000000000000000000000000000000000000, 1E+39"
  })
  void writesTheShortestForm(String given, String written) {
    assertThat(Numbers.of(new BigDecimal(given))).contains(written);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e-130", "9.9e125"})
  void holdsTheLeastAndTheGreatest(String given) {
    assertThat(Numbers.of(new BigDecimal(given))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9e-131", "1e126", "123456789012345678901234567890123456789", "1.0e100000"})
  void refusesWhatTheServiceDoesNotHold(String given) {
    assertThat(Numbers.of(new BigDecimal(given))).isEmpty();
  }

  @Test
  void writesDoublesByTheirShortestDigits() {
    assertThat(Numbers.of(0.1)).contains("0.1");
    assertThat(Numbers.of(1e15)).contains("1000000000000000");
    assertThat(Numbers.of(-0.0)).contains("0");
    assertThat(Numbers.of(Double.MIN_VALUE)).isEmpty();
    assertThat(Numbers.of(Double.MAX_VALUE)).isEmpty();
  }
}
