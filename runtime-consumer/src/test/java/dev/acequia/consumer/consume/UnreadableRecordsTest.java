package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class UnreadableRecordsTest {
  private static final TopicPartition PARTITION = new TopicPartition("flights", 0);
  private static final long END = 1;
  private static final PipelineDefinition DEFINITION =
      new PipelineDefinition(
          "ops",
          "flights",
          null,
          new Schema(
              List.of(),
              List.of(new Field("id", FieldType.INT64, true, null)),
              UnknownFields.REJECT),
          new TopicDefinition(PARTITION.topic(), "AAAAAAAAAAAAAAAAAAAAAQ", 1, "flights.dlq"),
          new StoreDefinition.Postgres("ops", "flights"),
          LoadMode.APPEND,
          1000,
          0.05,
          null);

  /** The client of the loop, which fails at new records. */
  private static final class FailingConsumer extends MockConsumer<ByteBuffer, ByteBuffer> {
    private int failures;

    FailingConsumer(int failures) {
      super("none");
      this.failures = failures;
      updateEndOffsets(Map.of(PARTITION, END));
      updateBeginningOffsets(Map.of(PARTITION, 0L));
    }

    @Override
    public synchronized ConsumerRecords<ByteBuffer, ByteBuffer> poll(Duration timeout) {
      if (failures-- > 0) {
        throw new KafkaException("a new record", new OutOfMemoryError("made up"));
      }
      return super.poll(timeout);
    }
  }

  private static MockConsumer<ByteBuffer, ByteBuffer> carefulClient() {
    var client = new MockConsumer<ByteBuffer, ByteBuffer>("none");
    client.updateEndOffsets(Map.of(PARTITION, END));
    client.updateBeginningOffsets(Map.of(PARTITION, 0L));
    client.schedulePollTask(
        () ->
            client.addRecord(
                new ConsumerRecord<>(PARTITION.topic(), 0, 0, null, ByteBuffer.allocate(8))));
    return client;
  }

  private static ConsumerRecords<ByteBuffer, ByteBuffer> readWith(FailingConsumer consumer) {
    var admin =
        (Admin)
            Proxy.newProxyInstance(
                Admin.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (_, method, _) -> {
                  throw new UnsupportedOperationException(method.getName());
                });
    var assignment = new Assignment(consumer, 1);
    consumer.assign(List.of(PARTITION));
    assignment.onPartitionsAssigned(List.of(PARTITION));
    var partition = assignment.of(0).orElseThrow();
    partition.claimed(
        new PartitionClaim(0, 0, null, new UUID(1, 2), Lineage.of(1), 1, "hash", null));
    assignment.resume(partition);
    return new UnreadableRecords(
            consumer,
            assignment,
            new CarefulReader(_ -> carefulClient(), new ConsumerHealth()),
            new TopicWatch(DEFINITION, admin),
            new PollBudget())
        .readPart();
  }

  @Test
  void discardsFetchesThoughANewRecordFails() {
    assertThat(readWith(new FailingConsumer(1)).count()).isEqualTo(1);
  }

  /** A fetch that stays could continue behind its failed record without an error. */
  @Test
  void readsNothingWhileFetchesCannotBeDiscarded() {
    assertThatThrownBy(() -> readWith(new FailingConsumer(5)))
        .isInstanceOf(KafkaException.class)
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
  }
}
