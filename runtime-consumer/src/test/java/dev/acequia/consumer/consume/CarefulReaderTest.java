package dev.acequia.consumer.consume;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CarefulReaderTest {
  private static final TopicPartition PARTITION = new TopicPartition("flights", 0);
  private static final long END = 100;

  /** Opens clients of a log with unreadable offsets. */
  private static CarefulReader reader(LongFunction<@Nullable KafkaException> trouble) {
    return new CarefulReader(
        budget -> {
          var client = new MockConsumer<ByteBuffer, ByteBuffer>("none");
          client.updateEndOffsets(Map.of(PARTITION, END));
          client.updateBeginningOffsets(Map.of(PARTITION, 0L));
          client.schedulePollTask(
              () -> {
                var offset = client.position(PARTITION);
                var failure = trouble.apply(offset);
                if (failure != null) {
                  client.setPollException(failure);
                } else {
                  client.addRecord(
                      new ConsumerRecord<>(
                          PARTITION.topic(), 0, offset, null, ByteBuffer.allocate(8)));
                }
              });
          return client;
        },
        new ConsumerHealth());
  }

  private static KafkaException outOfMemory() {
    return new KafkaException("failed to decompress", new OutOfMemoryError("Java heap space"));
  }

  @Test
  void blamesNoRecordWhileOthersHoldTheMemory() {
    var held = new HeldBytes();
    held.add(ByteBuffer.allocate(1_000));
    var reading = reader(_ -> outOfMemory()).read(PARTITION, new LogPosition(7, null), held);
    assertThat(reading.gap()).isNull();
    assertThat(reading.next().offset()).isEqualTo(7);
  }

  @Test
  void namesTheRecordThatTakesAllMemoryByItself() {
    assertGap(
        offset -> offset < 9 ? outOfMemory() : null,
        9,
        "a record there takes more memory than this process has");
  }

  /** The memory may be free again once the damaged records are skipped. */
  @Test
  void damageEndsWhereMemoryIsShort() {
    assertGap(
        offset -> offset < 12 ? new KafkaException("wrong CRC") : outOfMemory(), 12, "wrong CRC");
  }

  @Test
  void doesNotCallAMissingClassALackOfMemory() {
    assertGap(
        offset -> offset < 8 ? new KafkaException(new UnsatisfiedLinkError("no snappy")) : null,
        8,
        "no snappy");
  }

  private static void assertGap(
      LongFunction<@Nullable KafkaException> trouble, long to, String reason) {
    var gap =
        requireNonNull(
            reader(trouble).read(PARTITION, new LogPosition(7, null), new HeldBytes()).gap());
    assertThat(List.of(gap.from(), gap.to())).containsExactly(7L, to);
    assertThat(gap.reason()).isEqualTo(reason);
  }
}
