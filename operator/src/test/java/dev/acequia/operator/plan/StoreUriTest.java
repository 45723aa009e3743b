package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreUriTest {
  @ParameterizedTest
  @CsvSource({
    "postgresql://db:5432/w, postgresql://db:5432/w",
    "postgresql://admin:p%40ss@db:5432/w, postgresql://db:5432/w",
    "jdbc:postgresql://db/w?user=admin&password=x&sslmode=require, jdbc:postgresql://db/w?sslmode=require",
    "jdbc:postgresql://db/w?user=admin, jdbc:postgresql://db/w",
    "postgresql://a@b:c@db/w, postgresql://db/w",
  })
  void carriesNoCredentials(String given, String handedOn) {
    assertThat(StoreUri.withoutCredentials(given)).isEqualTo(handedOn);
  }
}
