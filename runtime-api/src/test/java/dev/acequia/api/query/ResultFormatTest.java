package dev.acequia.api.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/* | JSON",
        "application/json | JSON",
        "application/json;charset=utf-8 | JSON",
        "text/html,application/xhtml+xml,*/*;q=0.8 | JSON",
        "application/x-ndjson | NDJSON",
        "text/* | CSV",
        "application/json;q=0.1, text/csv;q=0.9 | CSV",
        "application/vnd.acequia.columns+json | COLUMNS",
        "image/png, application/x-ndjson;q=0.3, */*;q=0.1 | NDJSON",
      })
  void isWhatTheClientPrefers(String accept, ResultFormat expected) {
    assertThat(ResultFormat.of(accept)).isEqualTo(expected);
  }

  @Test
  void isJsonForWhoDoesNotSay() {
    assertThat(ResultFormat.of(null)).isEqualTo(ResultFormat.JSON);
    assertThat(ResultFormat.of(" ")).isEqualTo(ResultFormat.JSON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"image/png", "application/json;q=0", "nonsense", "/", "text/xml"})
  void isRefusedWhenThereIsNone(String accept) {
    assertThatThrownBy(() -> ResultFormat.of(accept)).isInstanceOf(ProblemException.class);
  }
}
