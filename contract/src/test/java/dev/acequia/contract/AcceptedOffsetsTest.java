package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptedOffsetsTest {
  @ParameterizedTest
  @ValueSource(strings = {"-1", "newest", "", "1.5", "9999999999999999999"})
  void refusesWhatIsNoOffset(String to) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AcceptedOffsets("Vkzx5VNgS4uCd8_jwZ0aOg", null, to))
        .withMessageContaining("use earliest, latest or a number");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null | null",
        "{} | topicId is missing",
        "{\"to\": \"latest\"} | topicId is missing",
        "{\"topicId\": null, \"to\": \"latest\"} | topicId is missing",
        "{\"topicId\": \"Vkzx5VNgS4uCd8_jwZ0aOg\"} | to is missing",
        "{\"topicId\": \"Vkzx5VNgS4uCd8_jwZ0aOg\", \"to\": \"-1\"} | offset '-1'",
        "latest | Unrecognized token"
      })
  void saysWhatAnAnnotationLacks(String json, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AcceptedOffsets.fromJson(json))
        .withMessageStartingWith("not accepted offsets: " + why);
  }

  @Test
  void takesTheEndsOfTheLogAndNumbers() {
    assertThat(new AcceptedOffsets("Vkzx5VNgS4uCd8_jwZ0aOg", null, "latest").to())
        .isEqualTo("latest");
    assertThat(new AcceptedOffsets("Vkzx5VNgS4uCd8_jwZ0aOg", 0, "17").to()).isEqualTo("17");
  }
}
