package dev.acequia.consumer.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForeignTextTest {
  @Test
  void leavesPlainTextAlone() {
    assertThat(ForeignText.bounded("Ñandú 🐦 €", 20)).isEqualTo("Ñandú 🐦 €");
  }

  @Test
  void escapesWhatDoesNotShow() {
    assertThat(ForeignText.bounded("a\nb\u001b[2J\u202ec\u2028\ud800", 80))
        .isEqualTo("a\\u000ab\\u001b[2J\\u202ec\\u2028\\ud800");
  }

  @Test
  void isBounded() {
    assertThat(ForeignText.bounded("x".repeat(1_000_000), 5)).isEqualTo("xxxxx…");
    assertThat(ForeignText.bounded("\n".repeat(1_000_000), 8)).isEqualTo("\\u000a…");
    // Never half of a character.
    assertThat(ForeignText.bounded("🐦🐦", 3)).isEqualTo("🐦…");
  }
}
