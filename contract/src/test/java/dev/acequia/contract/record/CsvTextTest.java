package dev.acequia.contract.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-0, -0",
    "42, 42",
    "+5, 5",
    "007, 7",
    "-00, -0",
    "-01.50, -1.50",
    ".5, 0.5",
    "-.5, -0.5",
    "+.50, 0.50",
    "5., 5",
    "00., 0",
    "5.e3, 5e3",
    "1e3, 1e3",
    "1.5E-03, 1.5E-03",
    "000.10e+2, 0.10e+2"
  })
  void writesANumberAsJsonDoes(String text, String json) {
    assertThat(number(text)).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "-",
        ".",
        "-.",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1,5",
        "1_000",
        "0x1F",
        "NaN",
        "1 2",
        "--1",
        "+-1",
        "1.2.3",
        "1e5.0",
        "Infinity",
        "١"
      })
  void refusesWhatIsNoNumber(String text) {
    assertThat(number(text)).isNull();
  }

  @Test
  void neverWritesAnythingButANumber() {
    var random = new Random(7);
    for (var i = 0; i < 200_000; i++) {
      var text = new StringBuilder();
      for (var length = random.nextInt(8); length >= 0; length--) {
        text.append("+-.eE0123x".charAt(random.nextInt(10)));
      }
      var json = number(text.toString());
      if (json != null) {
        assertThat(json)
            .as(text.toString())
            .matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
        assertThat(Double.parseDouble(json)).isEqualTo(Double.parseDouble(text.toString()));
      } else {
        assertThat(text.toString())
            .doesNotMatch("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, true", "T, true", "Yes, true", "y, true", "1, true", "FALSE, false", "f, false",
    "no, false", "N, false", "0, false", "maybe,", "'',", "2,", "on,"
  })
  void takesTheWordsForABoolean(String word, @Nullable Boolean truth) {
    assertThat(CsvText.truth(word)).isEqualTo(truth);
  }

  @Test
  void trimsSpacesAndTabsAlone() {
    assertThat(CsvText.trimmed(" \t5\n \t")).isEqualTo("5\n");
    assertThat(CsvText.trimmed("  ")).isEmpty();
  }

  private static @Nullable String number(String text) {
    var into = new byte[text.length() + 2];
    var end = CsvText.number(("?" + text).toCharArray(), 1, text.length(), into, 1);
    return end < 0 ? null : new String(Arrays.copyOfRange(into, 1, end), StandardCharsets.US_ASCII);
  }
}
