package dev.acequia.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AuditLogTest {
  @Test
  void nobodyWritesALineOfTheirOwn() {
    assertThat(AuditLog.shown("typ a\nrejected GET /\u001b[2J"))
        .isEqualTo("typ a?rejected GET /?[2J");
    assertThat(AuditLog.shown("x".repeat(5000))).hasSize(201).endsWith("…");
  }
}
