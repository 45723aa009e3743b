package dev.acequia.stores.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.FieldType;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiteralTest {
  @ParameterizedTest
  @CsvSource({
    "STRING, ''",
    "STRING, O'Brien; DROP TABLE x --",
    "STRING, 🛶 acequía",
    "INT32, -2147483648",
    "INT64, 9223372036854775807",
    "DOUBLE, 1.7976931348623157E308",
    "DOUBLE, 0.1",
    "DECIMAL, 123456789012345678901234567890.123456789",
    "DECIMAL, 1E+131071",
    "DECIMAL, 1E-4000",
    "BOOLEAN, true",
    "DATE, 2012-02-29",
    "TIMESTAMP, 2013-01-01T05:00:00.123456Z",
    "TIMESTAMP, 0001-01-01T00:00:00Z",
    "UUID, 6f1f2b1c-aaaa-4000-8000-0123456789ab",
  })
  void readsBackItsOwnText(FieldType type, String text) {
    var literal = Literal.parse(type, text);

    assertThat(Literal.parse(type, literal.text())).isEqualTo(literal);
  }

  @ParameterizedTest
  @CsvSource({
    "INT32, 2147483648",
    "INT32, 1.0",
    "INT32, ''",
    "INT32, ١٢",
    "INT64, 9223372036854775808",
    "INT64, 99999999999999999999999999",
    "DOUBLE, NaN",
    "DOUBLE, Infinity",
    "DOUBLE, 1e999",
    "DOUBLE, 0x1p3",
    "DECIMAL, 1e131072",
    "DECIMAL, 1e-16384",
    "DECIMAL, 1e999999",
    "DECIMAL, 1_000",
    "BOOLEAN, 1",
    "BOOLEAN, yes",
    "DATE, 2013-02-29",
    "DATE, 2013-1-1",
    "DATE, +10000-01-01",
    "TIMESTAMP, 2013-01-01T25:00:00Z",
    "TIMESTAMP, 2013-01-01T05:00:00.1234567Z",
    "TIMESTAMP, now",
    "UUID, 6f1f2b1c",
    "JSON, {}",
  })
  void refusesWhatIsNotOfItsType(FieldType type, String text) {
    assertThatThrownBy(() -> Literal.parse(type, text)).isInstanceOf(InvalidQueryException.class);
  }

  /** As long as a stored one may be; it stands in cursors and in a record's address. */
  @Test
  void readsBackLongDecimals() {
    var digits = "-" + "9".repeat(2048) + "." + "7".repeat(2048);
    var literal = Literal.parse(FieldType.DECIMAL, digits);

    assertThat(literal.text()).isEqualTo(digits);
    assertThat(Literal.parse(FieldType.DECIMAL, "1" + "0".repeat(4095)).value())
        .isEqualTo(new java.math.BigDecimal("1e4095").setScale(0));
  }

  @Test
  void refusesNulInStrings() {
    assertThatThrownBy(() -> Literal.parse(FieldType.STRING, "a\0b"))
        .isInstanceOf(InvalidQueryException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "2013-06-01, 2013-06-01T00:00:00Z",
    "2013-06-01 12:30, 2013-06-01T12:30:00Z",
    "2013-06-01T12:30:00, 2013-06-01T12:30:00Z",
    "2013-06-01T12:30:00+02:00, 2013-06-01T10:30:00Z",
    "2013-06-01T12:30:00 02:00, 2013-06-01T10:30:00Z",
    "2013-06-01T12:30:00-05, 2013-06-01T17:30:00Z",
  })
  void takesTimestampsAsPeopleWriteThem(String text, OffsetDateTime expected) {
    assertThat(Literal.parse(FieldType.TIMESTAMP, text).value()).isEqualTo(expected);
  }

  @Test
  void doesNotQuoteAHugeTextBack() {
    assertThatThrownBy(() -> Literal.parse(FieldType.INT32, "9".repeat(100_000)))
        .message()
        .hasSizeLessThan(200);
  }

  @Test
  void keepsDecimalsExact() {
    assertThat(Literal.parse(FieldType.DECIMAL, "0.10").value()).isEqualTo(new BigDecimal("0.10"));
  }
}
