package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.PartitionReplay;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PartitionStateTest {
  private static PartitionState replaying(long until, long resume, @Nullable Integer resumeEpoch) {
    var state = new PartitionState(new TopicPartition("flights", 0), 0);
    state.claimed(
        new PartitionClaim(
            0,
            20,
            null,
            new UUID(1, 2),
            Lineage.of(1),
            7,
            "hash",
            new PartitionReplay(new UUID(3, 4), 20, until, resume, resumeEpoch)));
    return state;
  }

  @Test
  void jumpsOverWhatAReplayLeavesOut() {
    var state = replaying(30, 90, 5);
    assertThat(state.passTo(new LogPosition(29, 2))).isEqualTo(new LogPosition(29, 2));
    assertThat(state.passTo(new LogPosition(34, 2))).isEqualTo(new LogPosition(90, 5));
    assertThat(state.isReplaying()).isFalse();
  }

  /** So that Kafka says whether the log was cut ahead of the replay. */
  @Test
  void endsAReplayWithTheEpochThatWasKnownOfThatPlace() {
    var state = replaying(90, 90, 5);
    assertThat(state.jumps()).isTrue();
    assertThat(state.passTo(new LogPosition(94, 6))).isEqualTo(new LogPosition(90, 5));
  }

  private static ConsumerRecord<ByteBuffer, ByteBuffer> record(long offset, int leaderEpoch) {
    return new ConsumerRecord<>(
        "flights",
        0,
        offset,
        ConsumerRecord.NO_TIMESTAMP,
        TimestampType.NO_TIMESTAMP_TYPE,
        ConsumerRecord.NULL_SIZE,
        ConsumerRecord.NULL_SIZE,
        null,
        null,
        new RecordHeaders(),
        Optional.of(leaderEpoch));
  }

  /** They would be taken for those that are gone, and be stored again when the cut is seen. */
  @Test
  void tellsInAReplayRecordsThatCameAfterACut() {
    var records = List.of(record(28, 5), record(29, 6), record(30, 6));
    assertThat(replaying(90, 90, 5).cutIn(records)).hasValue(29);
    assertThat(replaying(90, 90, 6).cutIn(records)).isEmpty();
    assertThat(replaying(90, 90, null).cutIn(records)).isEmpty();
    // What comes after a replay may well be of a later epoch.
    assertThat(replaying(29, 29, 5).cutIn(records)).isEmpty();
  }

  @Test
  void readsOnWhereThereIsNothingToCompareWith() {
    var state = replaying(90, 90, null);
    assertThat(state.jumps()).isFalse();
    assertThat(state.passTo(new LogPosition(94, 6))).isEqualTo(new LogPosition(94, 6));
  }
}
