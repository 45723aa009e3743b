package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.acequia.consumer.deadletter.DeadLetter;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class BatchTest {
  private static final StoreTraits SLOW = StoreTraits.ofFiles(Duration.ofSeconds(30));

  /** What a fetch is held in. */
  private static final int FETCH_BYTES = 2 << 20;

  private final Batch batch = batch(StoreTraits.QUICK);

  private static Batch batch(StoreTraits traits) {
    return new Batch(new CountedRows(0), traits, System::nanoTime);
  }

  /** A record that is a small part of what was fetched. */
  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(long offset) {
    var fetch = ByteBuffer.allocate(FETCH_BYTES);
    return new ConsumerRecord<>(
        "flights", 0, offset, fetch.slice(100, 3).put(0, (byte) 'k'), fetch.slice(103, 50));
  }

  private static DeadLetter letter(long offset) {
    return new DeadLetter(record(offset), 1, null, ErrorClass.WrongType, "id", "no number");
  }

  private static Arrival keyed(long offset) {
    return new Arrival()
        .from(1, 0, offset)
        .keyed(new Arrival.Key(null, new byte[1], 0, ByteBuffer.allocate(1), 0, false));
  }

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

  @Test
  void isFullWhenItsRecordsKeepMuchFromBeingCollected() {
    for (var offset = 0; offset < 6; offset++) {
      assertThat(batch.isFull()).isFalse();
      batch.addedRowOf(record(offset), 0, new Arrival().from(1, 0, offset));
    }
    assertThat(batch.isFull()).isTrue();
  }

  @Test
  void keepsNoRecordOfARowThatNothingCanRefuse() {
    var slow = batch(SLOW);
    for (var offset = 0; offset < 100; offset++) {
      slow.addedRowOf(record(offset), 0, new Arrival().from(1, 0, offset));
    }
    assertThat(slow.isFull()).isFalse();
    assertThat(slow.size()).isEqualTo(100);
    assertThat(slow.firstTimers()).isEqualTo(100);
    assertThat(slow.times()).hasSize(100);
    assertThatIllegalStateException().isThrownBy(() -> slow.recordOfRow(7));
  }

  @Test
  void keepsACopyOfWhatMayBeRefusedForItsMarks() {
    var slow = batch(SLOW);
    for (var offset = 0; offset < 100; offset++) {
      var arrival = new Arrival().from(1, 0, offset);
      slow.addedRowOf(
          record(offset),
          0,
          switch (offset % 3) {
            case 0 -> arrival;
            case 1 -> keyed(offset);
            default -> arrival.redrivenTo(1, offset);
          });
    }
    assertThat(slow.isFull()).isFalse();
    for (var row : new int[] {1, 2, 97, 98}) {
      var kept = slow.recordOfRow(row);
      assertThat(kept.offset()).isEqualTo(row);
      assertThat(kept.key()).isEqualTo(record(row).key());
      assertThat(kept.value()).isEqualTo(record(row).value());
    }
  }

  @Test
  void keepsACopyOfWhatIsBadWhereABatchOutlastsManyFetches() {
    var slow = batch(SLOW);
    for (var offset = 0; offset < 6; offset++) {
      slow.addBad(letter(offset));
      batch.addBad(letter(offset));
    }
    assertThat(batch.isFull()).isTrue();
    assertThat(slow.isFull()).isFalse();
    assertThat(slow.bad())
        .extracting(bad -> bad.record().offset())
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    assertThat(slow.bad().getFirst().record().value()).isEqualTo(record(0).value());
  }
}
