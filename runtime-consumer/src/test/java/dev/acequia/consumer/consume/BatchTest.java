package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BatchTest {
  private final Batch batch = new Batch(new NoRows());

  private static PartitionState partition(int number) {
    var state = new PartitionState(new TopicPartition("flights", number), 0);
    state.claimed(
        new PartitionClaim(number, 0, null, UUID.randomUUID(), Lineage.of(1), 7, "hash", null));
    return state;
  }

  private static LogPosition at(long offset) {
    return new LogPosition(offset, null);
  }

  /** So that two consumers never wait for each other in a circle. */
  @Test
  void advancesPartitionsInAscendingOrderHoweverTheyWereRead() {
    for (var number : new int[] {3, 0, 2, 1}) {
      batch.advance(partition(number), at(0), at(5));
    }
    assertThat(batch.advances())
        .extracting(PartitionAdvance::partition)
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void advancesAPartitionOnceFromItsFirstToItsLast() {
    var partition = partition(1);
    batch.advance(partition, at(10), at(15));
    batch.advance(partition, at(15), new LogPosition(40, 3));
    assertThat(batch.advances()).containsExactly(new PartitionAdvance(1, 7, 10, 40, 3));
    assertThat(batch.beginOf(partition)).hasValue(at(10));
  }
}
