package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceAccountTokensTest {
  @ParameterizedTest
  @CsvSource({"PT1H, PT48M", "PT10M, PT8M", "P365D, PT24H"})
  void renewsATokenAfterFourFifthsOfItsLifeOrADay(Duration life, Duration use) {
    var now = Instant.parse("2026-11-01T00:00:00Z");
    assertThat(ServiceAccountTokens.renewal(now, now.plus(life))).isEqualTo(now.plus(use));
  }
}
