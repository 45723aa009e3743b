package dev.acequia.stores.bigquery.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LikePatternTest {
  @ParameterizedTest
  @CsvSource({"a%_b, a%_b", "100\\%, 100\\%", "\\_\\\\, \\_\\\\", "\\a\\🛶\\\\b, a🛶\\\\b"})
  void keepsBackslashesBeforeWhatIsSpecial(String pattern, String normal) {
    assertThat(LikePattern.normal(pattern)).isEqualTo(normal);
  }
}
