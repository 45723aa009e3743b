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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the clients must not do by themselves, in either group protocol. */
class KafkaClientsIT {
  private static final Map<String, Object> KAFKA =
      Map.of("bootstrap.servers", Servers.kafka().bootstrapServers());

  private static KafkaClients clients(String topic) throws Exception {
    return clients(Servers.kafka(), topic);
  }

  /** For a topic that it makes. */
  static KafkaClients clients(KafkaServer kafka, String topic) throws Exception {
    var servers = kafka.bootstrapServers();
    try (var admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
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
      return new KafkaClients(
          new PipelineDefinition(
              "ops",
              topic,
              null,
              schema,
              new TopicDefinition(topic, id.toString(), 1, topic + ".dlq"),
              new StoreDefinition.Postgres("ops", "clients"),
              LoadMode.APPEND,
              1000,
              0.05,
              null),
          new KafkaConnection(Map.of("bootstrap.servers", servers)),
          "test");
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
              .listConsumerGroupOffsets(topic)
              .partitionsToOffsetAndMetadata()
              .get(20, TimeUnit.SECONDS);
      assertThat(committed).isEmpty();
    }
  }
}
