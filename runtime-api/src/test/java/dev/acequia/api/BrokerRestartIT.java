package dev.acequia.api;

import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.KafkaServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka is killed and started again while clients push. */
class BrokerRestartIT {
  private static final int CLIENTS = 6;
  private static final int BODY = 10;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The first number of each push, by what it was answered. */
  private final Map<Answer, Set<Long>> answers = new ConcurrentHashMap<>();

  private final AtomicLong numbers = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();
  @TempDir private Path folder;

  private enum Answer {
    STORED,
    NOTHING_STORED,
    UNKNOWN
  }

  @Test
  void storesEveryAcknowledgedRecordOnceAndTellsOfTheOthers() throws Exception {
    var kafka = KafkaServer.start(folder.resolve("kafka"));
    var definition = definition(kafka.bootstrapServers());
    TestPipeline.migrate(definition);
    var environment = new HashMap<>(TestPipeline.ownersEnvironment());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
    try (var api = ApiProcess.start(new ApiSettings(definition, environment, 0, 0, Duration.ZERO));
        var consumer = RuntimeProgram.consumer(definition, environment, folder)) {
      var clients =
          IntStream.range(0, CLIENTS)
              .mapToObj(_ -> Thread.startVirtualThread(() -> push(api.port())))
              .toList();
      awaitStored(100);
      kafka.kill();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> count(Answer.UNKNOWN) + count(Answer.NOTHING_STORED) > 0);
      kafka = KafkaServer.start(folder.resolve("kafka"));
      awaitStored(100);
      stopped.set(true);
      for (var client : clients) {
        client.join();
      }
      assertThat(consumer.isAlive()).isTrue();
      checkTable(definition);
    } finally {
      kafka.close();
    }
  }

  private void awaitStored(int more) {
    var before = count(Answer.STORED);
    await()
        .atMost(Duration.ofSeconds(120))
        .until(() -> count(Answer.STORED) >= before + more || stopped.get());
  }

  private void checkTable(PipelineDefinition definition) {
    var table = "test." + definition.name();
    var acknowledged = expand(Answer.STORED);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                new HashSet<>(Database.numbers("SELECT n FROM " + table))
                    .containsAll(acknowledged));
    var stored = Database.numbers("SELECT n FROM " + table);
    assertThat(stored).doesNotHaveDuplicates();
    var told = new HashSet<>(acknowledged);
    told.addAll(expand(Answer.UNKNOWN));
    assertThat(told).as("answered 200, or unknown").containsAll(stored);
    assertThat(stored).noneMatch(expand(Answer.NOTHING_STORED)::contains);
  }

  private Set<Long> expand(Answer answer) {
    var all = new HashSet<Long>();
    for (var first : answers.getOrDefault(answer, Set.of())) {
      for (var n = 0L; n < BODY; n++) {
        all.add(first + n);
      }
    }
    return all;
  }

  private int count(Answer answer) {
    return answers.getOrDefault(answer, Set.of()).size();
  }

  private void push(int port) {
    try (var http = HttpClient.newHttpClient()) {
      while (!stopped.get()) {
        var first = numbers.getAndAdd(BODY);
        answers
            .computeIfAbsent(push(http, port, first), _ -> ConcurrentHashMap.newKeySet())
            .add(first);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a client may conclude; anything else than 200 and 503 has the test fail. */
  private static Answer push(HttpClient http, int port, long first) throws InterruptedException {
    var body = new StringBuilder();
    for (var n = first; n < first + BODY; n++) {
      body.append("{\"n\":").append(n).append("}\n");
    }
    try {
      var answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/records"))
                  .timeout(Duration.ofSeconds(60))
                  .header("Content-Type", "application/x-ndjson")
                  .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return Answer.STORED;
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      return switch (JSON.readTree(answer.body()).get("type").asText()) {
        case "urn:acequia:problem:nothing-stored" -> Answer.NOTHING_STORED;
        case "urn:acequia:problem:outcome-unknown" -> Answer.UNKNOWN;
        default -> throw new AssertionError(answer.body());
      };
    } catch (IOException e) {
      return Answer.UNKNOWN;
    }
  }

  private static PipelineDefinition definition(String bootstrapServers) throws Exception {
    var name = "restart" + ProcessHandle.current().pid();
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      var topic = admin.createTopics(List.of(new NewTopic("test." + name, 1, (short) 1)));
      return new PipelineDefinition(
          "test",
          name,
          null,
          new Schema(List.of(), List.of(required("n", FieldType.INT64)), UnknownFields.REJECT),
          new TopicDefinition(
              "test." + name, topic.topicId("test." + name).get().toString(), 1, name + ".dlq"),
          new StoreDefinition.Postgres("test", name),
          LoadMode.APPEND,
          100,
          0.05,
          null);
    }
  }
}
