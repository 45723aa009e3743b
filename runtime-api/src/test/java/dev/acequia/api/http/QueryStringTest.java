package dev.acequia.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.api.http.QueryString.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryStringTest {
  @Test
  void keepsOrderAndRepetition() {
    assertThat(QueryString.parse("a=1&b=&a=2&&c").parameters())
        .containsExactly(
            new Parameter("a", "1"),
            new Parameter("b", ""),
            new Parameter("a", "2"),
            new Parameter("c", ""));
    assertThat(QueryString.parse(null).parameters()).isEmpty();
  }

  @Test
  void decodesUtf8AndPlus() {
    assertThat(QueryString.parse("n%61me=eq.Pe%C3%B1a+%2B%26%3D").single("name"))
        .hasValue("eq.Peña +&=");
    assertThat(QueryString.decode("a+b%2Cc", false)).isEqualTo("a+b,c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%", "a=%2", "a=%zz", "a=%FF", "a=%C3", "%ED%A0%80=1", "a=\u00e9"})
  void refusesWhatIsNotUtf8(String raw) {
    assertThatThrownBy(() -> QueryString.parse(raw)).isInstanceOf(ProblemException.class);
  }

  @Test
  void refusesASingleParameterGivenTwice() {
    assertThatThrownBy(() -> QueryString.parse("limit=1&limit=2").single("limit"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("limit");
  }
}
