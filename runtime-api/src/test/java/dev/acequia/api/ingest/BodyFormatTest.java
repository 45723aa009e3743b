package dev.acequia.api.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyFormatTest {
  @Test
  void knowsItsTypesWithTheirParameters() {
    assertThat(BodyFormat.of("application/json")).isEqualTo(BodyFormat.JSON);
    assertThat(BodyFormat.of("Application/JSON; charset=UTF-8")).isEqualTo(BodyFormat.JSON);
    assertThat(BodyFormat.of("application/x-ndjson")).isEqualTo(BodyFormat.NDJSON);
    assertThat(BodyFormat.of("text/csv; charset=utf-8; header=present")).isEqualTo(BodyFormat.CSV);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "text/plain",
        "text/csv; header=absent",
        "application/x-www-form-urlencoded",
        "application/json; charset=iso-8859-1",
        "application/json; charset=nonsense",
        "nonsense",
        "*/*",
        ""
      })
  void refusesOthers(String contentType) {
    assertThatThrownBy(() -> BodyFormat.of(contentType))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type().status()).isEqualTo(415));
  }
}
