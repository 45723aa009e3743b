package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Where the stored offsets no longer fit the topic: the pipeline stalls, skips nothing, and goes on
 * when the command that its message names has been run.
 */
@EndToEnd
class TopicTroubleE2E {
  private static final String NAMESPACE = "trouble-e2e";
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int RECORDS = 20;

  private static Platform platform;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;

  @BeforeAll
  static void applyPipelines(Platform platform) throws Exception {
    TopicTroubleE2E.platform = platform;
    platform.createNamespace(NAMESPACE);
    for (var name : List.of("recreated", "beyond", "passed")) {
      platform.kubectl.apply(
          """
          apiVersion: acequia.dev/v1alpha1
          kind: DataPipeline
          metadata: {name: %s, namespace: trouble-e2e}
          spec:
            schema:
              fields: [{name: id, type: int64, required: true}, {name: era, type: string}]
            store: {postgres: {secretName: warehouse}}
            topic: {partitions: 1}
            consumer: {mode: append}
          """
              .formatted(name));
    }
    var kafka = platform.environment.kafka();
    admin = Admin.create(kafka);
    producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
    for (var name : List.of("recreated", "beyond", "passed")) {
      platform.awaitReady(NAMESPACE, name);
      send(name, 0, "old");
      awaitRows(name, "old", RECORDS);
    }
  }

  @AfterAll
  static void closeClients() {
    producer.close();
    admin.close();
  }

  @Test
  void stallsWhenTheTopicIsDeletedAndMadeAnewUnderARunningPipeline() throws Exception {
    var topic = topic("recreated");
    // Records come all the while, so that it meets a batch.
    var enough = new AtomicBoolean();
    var flood =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (var id = 1_000_000; !enough.get(); id++) {
                    producer.send(record("recreated", id, "meanwhile"));
                  }
                });
    await().atMost(LIMIT).until(() -> rows("recreated", "meanwhile") > 1_000);
    admin.deleteTopics(List.of(topic)).all().get(20, TimeUnit.SECONDS);
    enough.set(true);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () -> {
              // The operator may be there first.
              if (!admin.listTopics().names().get(20, TimeUnit.SECONDS).contains(topic)) {
                admin
                    .createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get(20, TimeUnit.SECONDS);
              }
              return true;
            });
    flood.join(); // which may have waited for the topic
    try (var fresh =
        new KafkaProducer<>(
            platform.environment.kafka(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (var id = 0; id < RECORDS; id++) {
        fresh.send(record("recreated", id, "new"));
      }
    }

    var message = awaitStalled("recreated", "TopicRecreated");
    assertThat(message).contains("Nothing was skipped");
    assertThat(rows("recreated", "new")).isZero();
    accept(message, "earliest");
    awaitRows("recreated", "new", RECORDS);
    platform.awaitReady(NAMESPACE, "recreated");
    assertThat(rows("recreated", "old")).isEqualTo(RECORDS);
    assertThat(
            platform.sql("SELECT count(*) - count(DISTINCT (id, era)) FROM trouble_e2e.recreated"))
        .containsExactly("0");
  }

  @Test
  void stallsWhenTheStoredOffsetIsBeyondTheLog() throws Exception {
    platform.sql(
        "UPDATE trouble_e2e._acequia_offsets_beyond SET next_offset = 1000000 RETURNING 1");
    platform.processes(NAMESPACE, "beyond", "consumer").forEach(ProcessHandle::destroyForcibly);

    var message = awaitStalled("beyond", "OffsetsLost");
    assertThat(message).contains("up to offset 1000000", "holds 0 to " + RECORDS);
    accept(message, Integer.toString(RECORDS));
    send("beyond", RECORDS, "new");
    awaitRows("beyond", "new", RECORDS);
    platform.awaitReady(NAMESPACE, "beyond");
    assertThat(rows("beyond", "old")).isEqualTo(RECORDS);
  }

  @Test
  void stallsWhenRetentionHasPassedTheStoredOffset() throws Exception {
    suspend(true);
    await()
        .atMost(LIMIT)
        .until(() -> platform.processes(NAMESPACE, "passed", "consumer").isEmpty());
    send("passed", 0, "new");
    var begin = RECORDS + RECORDS / 2;
    admin
        .deleteRecords(
            Map.of(new TopicPartition(topic("passed"), 0), RecordsToDelete.beforeOffset(begin)))
        .all()
        .get(20, TimeUnit.SECONDS);
    suspend(false);

    var message = awaitStalled("passed", "OffsetsLost");
    assertThat(message)
        .contains("up to offset " + RECORDS, "holds " + begin + " to " + 2 * RECORDS);
    assertThat(rows("passed", "new")).isZero();
    accept(message, "earliest");
    awaitRows("passed", "new", RECORDS / 2);
    platform.awaitReady(NAMESPACE, "passed");
    assertThat(rows("passed", "old")).isEqualTo(RECORDS);
  }

  private static void suspend(boolean suspend) {
    platform.kubectl.run(
        "patch",
        "dp/passed",
        "-n",
        NAMESPACE,
        "--type=merge",
        "-p",
        "{\"spec\":{\"suspend\":" + suspend + "}}");
  }

  /** The message of the condition, once it is there for this reason. */
  private static String awaitStalled(String pipeline, String reason) {
    var found =
        await()
            .atMost(LIMIT)
            .until(
                () -> platform.condition(NAMESPACE, pipeline, "Stalled"),
                condition -> condition.startsWith("True " + reason));
    assertThat(platform.condition(NAMESPACE, pipeline, "Ready")).startsWith("False ");
    return found;
  }

  /** Runs what the message says, with the choice that it leaves to a person. */
  private static void accept(String message, String choice) throws Exception {
    var command = Pattern.compile("run: \\./acequia (offsets accept .+? --to) ").matcher(message);
    assertThat(command.find()).as(message).isTrue();
    var words = new ArrayList<>(List.of(command.group(1).split(" ")));
    words.addAll(
        List.of(choice, "--yes", "--kubeconfig", platform.environment.kubeconfig().toString()));
    var run = platform.acequia(words.toArray(String[]::new));
    assertThat(run.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).as(String.join(" ", words)).isZero();
  }

  private static void send(String pipeline, int from, String era) {
    for (var id = from; id < from + RECORDS; id++) {
      producer.send(record(pipeline, id, era));
    }
    producer.flush();
  }

  private static ProducerRecord<byte[], byte[]> record(String pipeline, int id, String era) {
    var json = "{\"id\":" + id + ",\"era\":\"" + era + "\"}";
    return new ProducerRecord<>(topic(pipeline), json.getBytes(StandardCharsets.UTF_8));
  }

  private static String topic(String pipeline) {
    return NAMESPACE + "." + pipeline;
  }

  private static void awaitRows(String pipeline, String era, int count) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(rows(pipeline, era)).isEqualTo(count));
  }

  private static int rows(String pipeline, String era) throws Exception {
    return Integer.parseInt(
        platform
            .sql("SELECT count(*) FROM trouble_e2e." + pipeline + " WHERE era = '" + era + "'")
            .getFirst());
  }
}
