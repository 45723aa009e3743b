package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.consumer.Servers;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.KafkaServer;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionClaim;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the clients must not do by themselves, in either group protocol. */
class KafkaClientsIT {
  private static final Map<String, Object> KAFKA =
      Map.of("bootstrap.servers", Servers.kafka().bootstrapServers());

  private static KafkaClients clients(String topic) throws Exception {
    return clients(Servers.kafka(), topic);
  }

  /** Creates the topic. */
  static KafkaClients clients(KafkaServer kafka, String topic) throws Exception {
    return clients(kafka, definition(kafka, topic));
  }

  private static KafkaClients clients(KafkaServer kafka, PipelineDefinition definition) {
    return new KafkaClients(
        definition,
        new KafkaConnection(Map.of("bootstrap.servers", kafka.bootstrapServers())),
        "test");
  }

  private static PipelineDefinition definition(KafkaServer kafka, String topic) throws Exception {
    try (var admin =
        Admin.create(Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()))) {
      var id =
          admin
              .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
              .topicId(topic)
              .get(20, TimeUnit.SECONDS);
      var schema =
          new Schema(
              List.of(),
              List.of(new Field("id", FieldType.INT64, true, null)),
              UnknownFields.REJECT);
      return new PipelineDefinition(
          "ops",
          topic,
          null,
          schema,
          new TopicDefinition(topic, id.toString(), 1, topic + ".dlq"),
          new StoreDefinition.Postgres("ops", "clients"),
          LoadMode.APPEND,
          1000,
          0.05,
          null);
    }
  }

  private static void send(String topic, int records) {
    try (var producer =
        new KafkaProducer<>(KAFKA, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (var i = 0; i < records; i++) {
        producer.send(new ProducerRecord<>(topic, "{\"id\":1}".getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void skipNothingWhenAnOffsetIsNotInTheLog(boolean newProtocol) throws Exception {
    var topic = "clients.range." + newProtocol;
    var partition = new TopicPartition(topic, 0);
    try (var consumer = clients(topic).consumer(newProtocol, new PollBudget())) {
      send(topic, 10);
      consumer.assign(List.of(partition));
      consumer.seek(partition, 1000);
      assertThatThrownBy(
              () -> {
                for (var turn = 0; turn < 60; turn++) {
                  assertThat(consumer.poll(Duration.ofMillis(500)).isEmpty()).isTrue();
                }
              })
          .isInstanceOf(OffsetOutOfRangeException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void commitNothingByThemselves(boolean newProtocol) throws Exception {
    var topic = "clients.commit." + newProtocol;
    var clients = clients(topic);
    send(topic, 10);
    try (var consumer = clients.consumer(newProtocol, new PollBudget())) {
      var assignment = new Assignment(consumer, 1);
      consumer.subscribe(List.of(topic), assignment);
      var read = 0;
      for (var turn = 0; turn < 60 && read < 10; turn++) {
        read += consumer.poll(Duration.ofMillis(500)).count();
        consumer.resume(consumer.assignment()); // new partitions are paused until they are claimed
      }
      assertThat(read).isEqualTo(10);
    }
    try (var admin = Admin.create(KAFKA)) {
      var committed =
          admin
              .listConsumerGroupOffsets("ops." + topic)
              .partitionsToOffsetAndMetadata()
              .get(20, TimeUnit.SECONDS);
      assertThat(committed).isEmpty();
    }
  }

  /** Fails once in the middle of a poll, as when memory runs out. */
  private static final class FailingBudget extends PollBudget {
    private int left = 3;

    @Override
    Deserializer<ByteBuffer> values() {
      return new Deserializer<>() {
        @Override
        public ByteBuffer deserialize(String topic, byte[] data) {
          return ByteBuffer.wrap(data);
        }

        @Override
        public ByteBuffer deserialize(String topic, Headers headers, ByteBuffer data) {
          if (left-- == 0) {
            throw new OutOfMemoryError("made up");
          }
          return data;
        }
      };
    }
  }

  /** The client itself continues behind the record, if it is asked for just that one. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void skipNoRecordAfterMemoryRanOut(boolean newProtocol) throws Exception {
    var topic = "clients.memory." + newProtocol;
    var definition = definition(Servers.kafka(), topic);
    var clients = clients(Servers.kafka(), definition);
    // A round of the careful reader takes three of them, so it stops where the client failed.
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                Servers.kafka().bootstrapServers(),
                "compression.type",
                "zstd",
                "batch.size",
                32 << 20,
                "buffer.memory",
                64L << 20,
                "max.request.size",
                32 << 20,
                "linger.ms",
                60_000),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (var i = 0; i < 10; i++) {
        producer.send(new ProducerRecord<>(topic, new byte[1_500_000]));
      }
    }
    var budget = new FailingBudget();
    try (var consumer = clients.consumer(newProtocol, budget);
        var admin = clients.admin()) {
      var assignment = new Assignment(consumer, 1);
      var name = new TopicPartition(topic, 0);
      consumer.assign(List.of(name));
      assignment.onPartitionsAssigned(List.of(name));
      var partition = assignment.of(0).orElseThrow();
      partition.claimed(
          new PartitionClaim(0, 0, null, new UUID(1, 2), Lineage.of(1), 1, "hash", null));
      assignment.resume(partition);
      var unreadable =
          new UnreadableRecords(
              consumer,
              assignment,
              new CarefulReader(clients::carefulConsumer, new ConsumerHealth()),
              new TopicWatch(definition, admin),
              budget);
      var read = new ArrayList<Long>();
      for (var turn = 0; turn < 60 && read.size() < 10; turn++) {
        ConsumerRecords<ByteBuffer, ByteBuffer> records;
        try {
          records = consumer.poll(Duration.ofMillis(500));
        } catch (OutOfMemoryError e) {
          records = unreadable.readAfter(e);
          assertThat(records.count()).isEqualTo(3);
          // As a full lane does: the client validates the position before it reads on.
          assignment.hold(0, true);
          consumer.position(name);
          assertThat(consumer.poll(Duration.ofMillis(500)).isEmpty()).isTrue();
          assignment.hold(0, false);
        }
        records.forEach(record -> read.add(record.offset()));
        records.nextOffsets().values().forEach(next -> partition.passTo(LogPosition.of(next)));
      }
      assertThat(read).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }
  }
}
