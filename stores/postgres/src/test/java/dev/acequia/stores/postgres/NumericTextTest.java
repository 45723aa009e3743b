package dev.acequia.stores.postgres;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.ByteConverter;

class NumericTextTest {
  private static void assertPlain(BigDecimal number) {
    var text = new NumericText(ByteConverter.numeric(number));

    assertThat(new String(text.plain(), US_ASCII)).isEqualTo(number.toPlainString());
    assertThat(text.length()).isGreaterThanOrEqualTo(number.toPlainString().length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "0.00",
        "1",
        "-1",
        "10",
        "9999",
        "10000",
        "-12345678.9",
        "0.0001",
        "0.00012300",
        "-0.00000000001",
        "1234567890123456789012345678901234567890.10",
        "1e131071",
        "-9e131070",
        "1e-16383",
        "100000000.00000001"
      })
  void writesNumbersAsTheyAre(String number) {
    assertPlain(new BigDecimal(number));
  }

  @Test
  void writesAnyNumber() {
    var random = new Random(1);
    for (var i = 0; i < 20_000; i++) {
      assertPlain(
          new BigDecimal(new BigInteger(random.nextInt(200), random), random.nextInt(60) - 20)
              .multiply(BigDecimal.valueOf(random.nextInt(3) - 1)));
    }
  }

  @Test
  void refusesWhatJsonHasNot() {
    var nan = ByteBuffer.allocate(8).putShort(4, (short) 0xC000).array();
    assertThatThrownBy(() -> new NumericText(nan).plain())
        .isInstanceOf(IllegalStateException.class);
  }
}
