package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VariableReferencesTest {
  @ParameterizedTest
  @CsvSource({
    "$(A), 1",
    "x$(A)$(B)y, x12y",
    "$$(A), $(A)",
    "$$$(A), $1",
    "$(NO), $(NO)",
    "$A ${A}, $A ${A}",
    "$(A, $(A",
    "end$, end$",
    "$$$$, $$",
    "$(), $()"
  })
  void expandsAsKubernetesDoes(String text, String expected) {
    assertThat(VariableReferences.expand(text, Map.of("A", "1", "B", "2"))).isEqualTo(expected);
  }
}
