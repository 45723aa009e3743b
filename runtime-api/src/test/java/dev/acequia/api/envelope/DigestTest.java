package dev.acequia.api.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DigestTest {
  @Test
  void isAnotherWhereverTheTextsArePartedElsewhere() {
    assertThat(Digest.of("a\0b", "c")).isNotEqualTo(Digest.of("a", "b\0c"));
    assertThat(Digest.of("a", "")).isNotEqualTo(Digest.of("a\0"));
    assertThat(Digest.of("a", "b")).isNotEqualTo(Digest.of("ab", ""));
  }

  /** Messages that were taken in by a former version come again. */
  @Test
  void staysAsItIs() {
    assertThat(Digest.of("/sensors/1", "A234"))
        .isEqualTo("c90b88afe92de823c15492e638f8e435148e6b9380e7b0788eb9416115d7151e");
  }
}
