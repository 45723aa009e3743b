package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.consumer.consume.ConsumerMetrics.Lag;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class StandstillTest {
  private long now = Long.MAX_VALUE - 5; // a clock of nanoseconds may wrap
  private final Standstill standstill = new Standstill(() -> now);
  private final PartitionState moving = claimed(0);
  private final PartitionState other = claimed(1);

  private static PartitionState unclaimed(int number) {
    return new PartitionState(new TopicPartition("flights", number), 0);
  }

  private static PartitionState claimed(int number) {
    var state = unclaimed(number);
    state.claimed(
        new PartitionClaim(number, 100, null, new UUID(1, 2), Lineage.of(1), 7, "hash", null));
    return state;
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }

  @Test
  void aPartitionThatStandsStillIsSeenAmongOthersThatMove() {
    var assigned = List.of(moving, other);
    var lags = List.of(new Lag(0, 500), new Lag(1, 500));
    assertThat(standstill.look(assigned, lags)).isZero();
    for (var offset = 200L; offset < 1000; offset += 200) {
      passes(Duration.ofMinutes(3));
      moving.storedUpTo(new LogPosition(offset, 1));
      standstill.look(assigned, lags);
    }
    assertThat(standstill.look(assigned, lags)).isEqualTo(12 * 60);
    other.storedUpTo(new LogPosition(101, 1));
    assertThat(standstill.look(assigned, lags)).isZero();
  }

  @Test
  void anIdlePartitionDoesNotStandStill() {
    standstill.look(List.of(moving), List.of(new Lag(0, 0)));
    passes(Duration.ofHours(1));
    assertThat(standstill.look(List.of(moving), List.of(new Lag(0, 0)))).isZero();
    passes(Duration.ofMinutes(1));
    assertThat(standstill.look(List.of(moving), List.of(new Lag(0, 3)))).isEqualTo(60);
  }

  /** For example while the database is down or the table has another schema. */
  @Test
  void aPartitionThatCannotBeClaimedStandsStill() {
    var waiting = unclaimed(3);
    standstill.look(List.of(waiting), List.of());
    passes(Duration.ofMinutes(11));
    assertThat(standstill.look(List.of(waiting), List.of())).isEqualTo(660);
  }

  @Test
  void aPartitionThatWentAwayIsForgotten() {
    standstill.look(List.of(moving, other), List.of(new Lag(0, 1), new Lag(1, 1)));
    passes(Duration.ofMinutes(11));
    standstill.look(List.of(moving), List.of(new Lag(0, 1)));
    assertThat(standstill.look(List.of(moving, other), List.of(new Lag(0, 0), new Lag(1, 1))))
        .isZero();
  }
}
