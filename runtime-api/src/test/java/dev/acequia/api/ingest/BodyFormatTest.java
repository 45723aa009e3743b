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
    assertThat(BodyFormat.of("application/json", null)).isEqualTo(BodyFormat.JSON);
    assertThat(BodyFormat.of("Application/JSON; charset=UTF-8", "identity"))
        .isEqualTo(BodyFormat.JSON);
    assertThat(BodyFormat.of("application/x-ndjson", null)).isEqualTo(BodyFormat.NDJSON);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=iso-8859-1",
        "application/json; charset=nonsense",
        "nonsense",
        "*/*",
        ""
      })
  void refusesOthers(String contentType) {
    assertThatThrownBy(() -> BodyFormat.of(contentType, null))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.problem().type().status()).isEqualTo(415));
  }

  @Test
  void refusesEncodingsByName() {
    assertThatThrownBy(() -> BodyFormat.of("application/json", "br"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("'br'");
  }
}
