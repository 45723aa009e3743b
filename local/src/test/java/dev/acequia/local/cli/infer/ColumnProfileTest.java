package dev.acequia.local.cli.infer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonToken;
import dev.acequia.contract.FieldType;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnProfileTest {
  @ParameterizedTest(name = "{1}: {0}")
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '>',
      value = {
        "1|-2|0                                     > INT32",
        "2147483647|-2147483648                     > INT32",
        "2147483648                                 > INT64",
        "9223372036854775807|-9223372036854775808   > INT64",
        "9223372036854775808                        > DECIMAL",
        "12345678901234567890123                    > DECIMAL",
        "1.5|2|-.5|1e3                              > DOUBLE",
        "40.712776|-74.005974                       > DOUBLE",
        "19.90|5.00                                 > DECIMAL",
        "5.0|6.0                                    > DOUBLE",
        "0.12345678901234567                        > DECIMAL",
        "1.5|1234567890123456789                    > DECIMAL",
        "1.5e999                                    > DECIMAL",
        "1.5|1e-999                                 > DECIMAL",
        "1e5|12e3|40                                > STRING",
        "1e5|0.5                                    > DOUBLE",
        "1e+05|2e-05                                > DOUBLE",
        "007|42                                     > STRING",
        "08012345|12                                > STRING",
        "+34600000000                               > STRING",
        "1,5|2,5                                    > STRING",
        "1_000                                      > STRING",
        "0x1F                                       > STRING",
        "true|FALSE|True                            > BOOLEAN",
        "yes|no                                     > STRING",
        "true|1                                     > STRING",
        "2013-01-31|2012-02-29                      > DATE",
        "2013-02-29                                 > STRING",
        "2013-01-31|0000-01-01                      > STRING",
        "0000-12-31T23:00:00-05:00                  > STRING",
        "0001-01-01T00:00:00+14:00                  > STRING",
        "9999-12-31T23:59:59-14:00                  > STRING",
        "2024-01-01 00:00:00+00                     > STRING",
        "01/02/2013                                 > STRING",
        "2013-01-01T10:00:00Z|2013-01-01 10:00:00.123+02:00 > TIMESTAMP",
        "2013-01-01T10:00:00                        > STRING",
        "2013-01-01|2013-01-01T10:00:00Z            > STRING",
        "2013-01-01T25:00:00Z                       > STRING",
        "123e4567-e89b-12d3-a456-426614174000       > UUID",
        "123e4567-e89b-12d3-a456-42661417400        > STRING",
        "{\"a\": 1}|[1, 2]                          > JSON",
        "{not json}                                 > STRING",
        "é|日本語|🛫                                 > STRING"
      })
  void takesTheNarrowestTypeForAllValues(String values, FieldType type) {
    var column = new ColumnProfile("column");
    for (var value : values.split("\\|")) {
      column.addText(value);
    }

    assertThat(column.type(Set.of())).isEqualTo(type);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '>',
      value = {
        "1e5|12e3|40                   > a number or a code",
        "2024-01-01 00:00:00+00        > lacks its minutes",
        "2024-01-01 00:00|2024-01-02T00:00:01.5 > import them with --zone"
      })
  void saysWhereTheTypeIsInDoubt(String values, String doubt) {
    var column = new ColumnProfile("column");
    for (var value : values.split("\\|")) {
      column.addText(value);
    }

    assertThat(column.type(Set.of())).isEqualTo(FieldType.STRING);
    assertThat(column.doubt(Set.of())).contains(doubt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1|2", "1.5e3|2", "a|b", "1e5|1.5", "2013-01-31", "1e5|2|x"})
  void hasNoDoubtWhereThereIsNone(String values) {
    var column = new ColumnProfile("column");
    for (var value : values.split("\\|")) {
      column.addText(value);
    }

    assertThat(column.doubt(Set.of())).isEmpty();
  }

  @Test
  void countsWhatIsMixed() {
    var titles = new ColumnProfile("titles");
    for (var title = 0; title < 991; title++) {
      titles.addJson(JsonToken.VALUE_STRING, "title");
    }
    for (var title = 0; title < 9; title++) {
      titles.addJson(JsonToken.VALUE_NUMBER_INT, "1984");
    }

    assertThat(titles.type(Set.of())).isEqualTo(FieldType.JSON);
    assertThat(titles.doubt(Set.of()))
        .startsWith("991 strings and 9 other values")
        .contains("cannot be filtered");
  }

  @Test
  void aNumberOfJsonIsNoHash() {
    var numbers = new ColumnProfile("numbers");
    numbers.addJson(JsonToken.VALUE_NUMBER_FLOAT, "1e5");

    assertThat(numbers.type(Set.of())).isEqualTo(FieldType.DOUBLE);
  }

  @Test
  void blanksInANumbersColumnAreNulls() {
    var numbers = new ColumnProfile("numbers");
    numbers.addText("1");
    numbers.addText(" ");

    assertThat(numbers.type(Set.of())).isEqualTo(FieldType.INT32);
    assertThat(numbers.nullCount(Set.of())).isEqualTo(1);
  }

  @Test
  void spacesAroundANumberDoNotMakeItText() {
    var column = new ColumnProfile("column");
    column.addText(" 5");
    column.addText("6 ");

    assertThat(column.type(Set.of())).isEqualTo(FieldType.INT32);
  }

  @Test
  void aWordThatStandsForNullElsewhereIsTextUntilItIsOneHere() {
    var column = new ColumnProfile("column");
    column.addText("5");
    column.addText("NA");

    assertThat(column.isTyped()).isTrue();
    assertThat(column.type(Set.of())).isEqualTo(FieldType.STRING);
    assertThat(column.type(Set.of("NA"))).isEqualTo(FieldType.INT32);
    assertThat(column.nullCount(Set.of("NA"))).isEqualTo(1);
  }

  @Test
  void aColumnWithoutValuesIsText() {
    var column = new ColumnProfile("column");
    column.addNull();

    assertThat(column.type(Set.of())).isEqualTo(FieldType.STRING);
    assertThat(column.nullCount(Set.of())).isEqualTo(1);
  }

  @Test
  void aQuotedEmptyFieldIsAValueOfTextAndNullOfAnythingElse() {
    var text = new ColumnProfile("text");
    text.addText("a");
    text.addText("");
    var number = new ColumnProfile("number");
    number.addText("1");
    number.addText("");

    assertThat(text.nullCount(Set.of())).isZero();
    assertThat(number.nullCount(Set.of())).isEqualTo(1);
    assertThat(number.type(Set.of())).isEqualTo(FieldType.INT32);
  }

  @Test
  void jsonKeepsTextAndNumbersApart() {
    var numbers = new ColumnProfile("numbers");
    numbers.addJson(JsonToken.VALUE_NUMBER_INT, "1");
    numbers.addJson(JsonToken.VALUE_NUMBER_FLOAT, "1.5");
    var digits = new ColumnProfile("digits");
    digits.addJson(JsonToken.VALUE_STRING, "1");
    var mixed = new ColumnProfile("mixed");
    mixed.addJson(JsonToken.VALUE_NUMBER_INT, "1");
    mixed.addJson(JsonToken.VALUE_STRING, "one");
    var nested = new ColumnProfile("nested");
    nested.addJson(JsonToken.START_OBJECT, "");
    nested.addJson(JsonToken.VALUE_NULL, "null");
    var times = new ColumnProfile("times");
    times.addJson(JsonToken.VALUE_STRING, "2013-01-01T10:00:00Z");

    assertThat(numbers.type(Set.of())).isEqualTo(FieldType.DOUBLE);
    assertThat(digits.type(Set.of())).isEqualTo(FieldType.STRING);
    assertThat(mixed.type(Set.of())).isEqualTo(FieldType.JSON);
    assertThat(nested.type(Set.of())).isEqualTo(FieldType.JSON);
    assertThat(times.type(Set.of())).isEqualTo(FieldType.TIMESTAMP);
  }
}
