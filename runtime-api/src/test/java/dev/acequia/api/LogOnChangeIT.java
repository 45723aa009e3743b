package dev.acequia.api;

import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka refuses the password of an API that serves, and the Pod's file has a new one later. */
class LogOnChangeIT {
  private static final int CLIENTS = 4;
  private static final int PARTITIONS = 2;
  private static final String TOPIC = "test.logon";
  private static final String USER = "test.logon.api";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final AtomicLong numbers = new AtomicLong();
  private final Set<Long> stored = ConcurrentHashMap.newKeySet();
  private final Set<Long> unknown = ConcurrentHashMap.newKeySet();
  private final Set<Long> notStored = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopped = new AtomicBoolean();
  @TempDir private Path folder;

  @Test
  void goesOnWithTheNewPasswordInTheSameProcess_andLosesAndDoublesNothing() throws Exception {
    var file = folder.resolve("kafka.properties");
    try (var kafka = SecureKafka.start("api-log-on")) {
      var definition = definition(kafka.createTopic(TOPIC, PARTITIONS));
      kafka.setPassword(USER, "old");
      kafka.grant(USER, TOPIC, AclOperation.WRITE);
      kafka.writeLogin(file, USER, "old");
      TestPipeline.migrate(definition);
      var environment = new HashMap<>(TestPipeline.environment());
      environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
      environment.put("KAFKA_PROPERTIES_FILE", file.toString());
      try (var api =
          ApiProcess.start(new ApiSettings(definition, environment, 0, 0, Duration.ZERO))) {
        var clients =
            IntStream.range(0, CLIENTS)
                .mapToObj(_ -> Thread.startVirtualThread(() -> push(api.port())))
                .toList();
        awaitStored(50);
        kafka.setPassword(USER, "new");
        kafka.restart();
        var refused = unknown.size() + notStored.size();
        await().atMost(LIMIT).until(() -> unknown.size() + notStored.size() > refused + 4);
        // A wrong one first: the Secret may be corrected twice.
        kafka.writeLogin(file, USER, "wrong");
        var wrong = unknown.size() + notStored.size();
        await().atMost(LIMIT).until(() -> unknown.size() + notStored.size() > wrong + 4);
        kafka.writeLogin(file, USER, "new");
        awaitStored(50);
        stopped.set(true);
        for (var client : clients) {
          client.join();
        }
      }
      checkTopic(kafka);
    }
  }

  private void awaitStored(int more) {
    var before = stored.size();
    await().atMost(LIMIT).until(() -> stored.size() >= before + more);
  }

  private void checkTopic(SecureKafka kafka) {
    var found = read(kafka);
    assertThat(found).doesNotHaveDuplicates();
    assertThat(found).containsAll(stored);
    assertThat(found).noneMatch(notStored::contains);
    var told = new HashSet<>(stored);
    told.addAll(unknown);
    assertThat(told).containsAll(found);
  }

  private static List<Long> read(SecureKafka kafka) {
    try (var consumer =
        new KafkaConsumer<>(
            kafka.administrator(), new StringDeserializer(), new StringDeserializer())) {
      var partitions =
          IntStream.range(0, PARTITIONS).mapToObj(it -> new TopicPartition(TOPIC, it)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      var found = new ArrayList<Long>();
      while (partitions.stream().anyMatch(it -> consumer.position(it) < end(ends, it))) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          found.add(Long.parseLong(record.value().replaceAll("[^0-9]", "")));
        }
      }
      return found;
    }
  }

  private static long end(Map<TopicPartition, Long> ends, TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }

  private void push(int port) {
    try (var http = HttpClient.newHttpClient()) {
      while (!stopped.get()) {
        var number = numbers.getAndIncrement();
        answered(http, port, number).add(number);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The conclusions that a client may draw. */
  private Set<Long> answered(HttpClient http, int port, long number) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/records"))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"n\":%d}".formatted(number)));
    try {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return stored;
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      return answer.body().contains("urn:acequia:problem:nothing-stored") ? notStored : unknown;
    } catch (IOException e) {
      return unknown;
    }
  }

  private static PipelineDefinition definition(String topicId) {
    return new PipelineDefinition(
        "test",
        "logon",
        null,
        new Schema(List.of(), List.of(required("n", FieldType.INT64)), UnknownFields.REJECT),
        new TopicDefinition(TOPIC, topicId, PARTITIONS, TOPIC + ".dlq"),
        new StoreDefinition.Postgres("test", "logon"),
        LoadMode.APPEND,
        100,
        0.05,
        null);
  }
}
