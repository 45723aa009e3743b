package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.operator.plan.KafkaCredentials.Mechanism;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KafkaUsersTest {
  /** A different count for the same password would make each operator write all passwords again. */
  @Test
  void aPasswordHasOneNumberOfIterationsForEver() {
    assertThat(KafkaUsers.iterations(password("ops.flights.api", "secret"))).isEqualTo(5266);
  }

  @Test
  void equalPasswordsOfTwoUsersDoNotShow() {
    assertThat(KafkaUsers.iterations(password("ops.flights.api", "secret")))
        .isNotEqualTo(KafkaUsers.iterations(password("ops.flights.consumer", "secret")));
  }

  /** Kafka accepts 4,096 to 16,384; its own tools use 4,096. */
  @Test
  void kafkaTakesThemAndItsToolsDoNot() {
    assertThat(
            IntStream.range(0, 50_000)
                .map(i -> KafkaUsers.iterations(password("ops.flights.api", "secret-" + i)))
                .summaryStatistics())
        .satisfies(all -> assertThat(all.getMin()).isBetween(4097, 4100))
        .satisfies(all -> assertThat(all.getMax()).isBetween(8180, 8192));
  }

  private static Password password(String user, String password) {
    return new Password(Mechanism.SCRAM_SHA_512, user, password);
  }
}
