package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.crds.DataPipeline;
import dev.acequia.servers.ControlPlane;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.TopicIds;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a pipeline reads its topic, and a person's word that it may read on from elsewhere. */
class OffsetsCommandIT {
  private static final Path CRD =
      Path.of("../helm/acequia-crds/templates/datapipelines.acequia.dev-v1.yml");
  private static final String TOPIC = "default.flights";

  @TempDir static Path folder;
  private static ControlPlane plane;
  private static KafkaServer kafka;
  private static Admin admin;
  private static KubernetesClient client;
  private static String topicId = "";

  @BeforeAll
  static void start() throws Exception {
    kafka = KafkaServer.start(folder.resolve("kafka"));
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    fillTopic();
    plane = ControlPlane.startApiServer(folder.resolve("control-plane"));
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
            .build();
    try (var crd = Files.newInputStream(CRD)) {
      client.load(crd).serverSideApply();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> client.resources(DataPipeline.class).inAnyNamespace().list() != null);
  }

  /** Partition 0 holds 4 to 10 and is read up to 6, partition 1 holds 0 to 5 and is not read. */
  private static void fillTopic() throws Exception {
    admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(2), Optional.empty()))).all().get();
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      for (var i = 0; i < 15; i++) {
        producer.send(new ProducerRecord<>(TOPIC, i < 10 ? 0 : 1, null, "{}"));
      }
    }
    var first = new TopicPartition(TOPIC, 0);
    admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(4))).all().get();
    admin.alterConsumerGroupOffsets(TOPIC, Map.of(first, new OffsetAndMetadata(6))).all().get();
    topicId = TopicIds.await(admin, TOPIC);
  }

  @AfterAll
  static void stop() {
    client.close();
    admin.close();
    kafka.close();
    plane.close();
  }

  @BeforeEach
  void apply() {
    var yaml =
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: flights, namespace: default}
        spec:
          schema: {fields: [{name: id, type: int32}]}
          store: {postgres: {secretName: warehouse}}
        """;
    client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).create();
  }

  @AfterEach
  void delete() {
    client.resources(DataPipeline.class).inNamespace("default").delete();
  }

  private static CommandLineRun run(String... arguments) {
    var all = new ArrayList<>(List.of("offsets"));
    all.addAll(List.of(arguments));
    all.addAll(
        List.of(
            "--kubeconfig",
            plane.kubeconfig().toString(),
            "--bootstrap-servers",
            kafka.bootstrapServers()));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private static Optional<AcceptedOffsets> annotation() {
    var annotations =
        client
            .resources(DataPipeline.class)
            .inNamespace("default")
            .withName("flights")
            .get()
            .getMetadata()
            .getAnnotations();
    return Optional.ofNullable(annotations)
        .map(all -> all.get(AcceptedOffsets.ANNOTATION))
        .map(AcceptedOffsets::fromJson)
        .filter(word -> word.at() != null)
        .map(word -> new AcceptedOffsets(word.topicId(), word.partition(), word.to()));
  }

  @Test
  void showsTheLogAndItsReader() {
    var run = run("show", "flights");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines().toList())
        .containsExactly(
            "topic " + TOPIC + ", id " + topicId,
            "PARTITION           START             END       COMMITTED             LAG",
            "0                       4              10               6               4",
            "1                       0               5               -               -");
    assertThat(run("show", "flights", "--partition", "1").out().lines()).hasSize(3);
  }

  @Test
  void acceptsForTheTopicAsItIs() {
    var run = run("accept", "flights", "--to", "earliest", "--yes");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("partition 0: read on from offset 4, 6 to the end; 2 are read again")
        .contains("kubectl -n default get dp flights -w");
    assertThat(annotation()).contains(new AcceptedOffsets(topicId, null, "earliest"));
  }

  @Test
  void acceptsAnOffsetOfOnePartition() {
    assertThat(run("accept", "flights", "--partition", "0", "--to", "8", "-y").out())
        .contains("2 not yet read are skipped");
    assertThat(annotation()).contains(new AcceptedOffsets(topicId, 0, "8"));
  }

  @Test
  void keepsAWordForAnotherPartitionUntilAMigrationHadIt() {
    assertThat(run("accept", "flights", "--partition", "0", "--to", "8", "-y").err()).isEmpty();

    assertThat(run("accept", "flights", "--partition", "1", "--to", "latest", "-y").err())
        .contains("--to 8 for partition 0, has not been applied yet", "get dp flights -w");
    assertThat(annotation()).contains(new AcceptedOffsets(topicId, 0, "8"));

    assertThat(run("accept", "flights", "--partition", "0", "--to", "9", "-y").err()).isEmpty();
    migrated();
    assertThat(run("accept", "flights", "--partition", "1", "--to", "latest", "-y").err())
        .isEmpty();
    assertThat(annotation()).contains(new AcceptedOffsets(topicId, 1, "latest"));

    assertThat(
            run("accept", "flights", "--partition", "0", "--to", "earliest", "-y", "--replace")
                .err())
        .isEmpty();
    assertThat(run("accept", "flights", "--to", "latest", "-y").err()).isEmpty();
    assertThat(annotation()).contains(new AcceptedOffsets(topicId, null, "latest"));
  }

  /** The migration that the operator would have made for the word that stands, ended well. */
  private static void migrated() {
    var pipeline =
        client.resources(DataPipeline.class).inNamespace("default").withName("flights").get();
    var word =
        Objects.requireNonNull(
            pipeline.getMetadata().getAnnotations().get(AcceptedOffsets.ANNOTATION));
    var definition =
        new PipelineDefinition(
            "default",
            "flights",
            null,
            new Schema(List.of(), List.of(), UnknownFields.REJECT),
            new TopicDefinition(TOPIC, topicId, 2, TOPIC + ".dlq"),
            new StoreDefinition.Postgres("default", "flights", List.of(), 0),
            LoadMode.APPEND,
            0,
            PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
            AcceptedOffsets.fromJson(word));
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: flights-definition-1, namespace: default}
                ---
                apiVersion: batch/v1
                kind: Job
                metadata:
                  name: flights-migrate-1
                  namespace: default
                  labels:
                    app.kubernetes.io/name: acequia-pipeline
                    app.kubernetes.io/instance: flights
                    app.kubernetes.io/managed-by: acequia
                    app.kubernetes.io/component: migration
                spec:
                  template:
                    spec:
                      restartPolicy: Never
                      containers: [{name: migration, image: x}]
                      volumes: [{name: definition, configMap: {name: flights-definition-1}}]
                """
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
    client
        .configMaps()
        .inNamespace("default")
        .withName("flights-definition-1")
        .edit(
            map ->
                new ConfigMapBuilder(map).addToData("pipeline.json", definition.toJson()).build());
    client
        .batch()
        .v1()
        .jobs()
        .inNamespace("default")
        .withName("flights-migrate-1")
        .editStatus(
            job ->
                new JobBuilder(job)
                    .withNewStatus()
                    .withStartTime("2026-01-01T00:00:00Z")
                    .withCompletionTime("2026-01-01T00:00:00Z")
                    .withSucceeded(1)
                    .addNewCondition()
                    .withType("SuccessCriteriaMet")
                    .withStatus("True")
                    .endCondition()
                    .addNewCondition()
                    .withType("Complete")
                    .withStatus("True")
                    .endCondition()
                    .endStatus()
                    .build());
  }

  @Test
  void changesNothingThatCannotBeOrIsNotConfirmed() {
    assertThat(run("accept", "flights", "--to", "8", "-y").err())
        .contains("say which with --partition");
    assertThat(run("accept", "flights", "--partition", "0", "--to", "3", "-y").err())
        .contains("lies outside the log of partition 0, which holds 4 to 10");
    assertThat(run("accept", "flights", "--partition", "2", "--to", "latest", "-y").err())
        .contains("has no partition 2, but 0 to 1");
    assertThat(run("accept", "flights", "--to", "soon", "-y").exitCode()).isEqualTo(1);
    var input = System.in;
    System.setIn(new ByteArrayInputStream("n\n".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run("accept", "flights", "--to", "latest").out()).contains("Nothing was changed.");
      assertThat(run("accept", "flights", "--to", "latest").err()).contains("add --yes");
    } finally {
      System.setIn(input);
    }
    assertThat(annotation()).isEmpty();
  }

  @Test
  void saysWhatIsMissing() {
    assertThat(run("show", "nobody").err())
        .contains("there is no DataPipeline nobody in namespace default");
    assertThat(CommandLineRun.of("offsets").err()).contains("show or accept?");
    assertThat(CommandLineRun.of("offsets", "accept", "flights").err()).contains("--to");
    assertThat(CommandLineRun.of("offsets", "show", "--help").out())
        .contains("--config", "--partition", "PIPELINE");
  }
}
