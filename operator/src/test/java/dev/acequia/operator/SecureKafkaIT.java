package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaSecurity;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.PretendNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Kafka with TLS, SCRAM and an authorizer, and an operator that logs on to it. */
class SecureKafkaIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Within which a person is told. */
  private static final Duration TOLD = Duration.ofSeconds(30);

  private static KafkaSecurity security;
  private static KafkaServer kafka;
  private static Admin admin;

  private final TestCluster cluster = TestCluster.get();
  private final String namespace = cluster.newNamespace();
  @TempDir private Path login;
  private TestCluster.@Nullable RunningOperator operator;

  @BeforeAll
  static void startKafka() {
    var folder = Ephemeral.folder("secure-kafka");
    security = KafkaSecurity.scram(folder.resolve("security"), false);
    kafka = Ephemeral.server(KafkaServer.start(folder.resolve("kafka"), security));
    admin = Admin.create(with(security.administrator()));
  }

  @AfterAll
  static void close() {
    admin.close();
  }

  @AfterEach
  void stopOperator() {
    cluster.client.resources(DataPipeline.class).inNamespace(namespace).delete();
    if (operator != null) {
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  cluster
                      .client
                      .resources(DataPipeline.class)
                      .inNamespace(namespace)
                      .list()
                      .getItems()
                      .isEmpty());
      operator.close();
    }
  }

  @Test
  void makesEachRoleAUserWithItsRightsAlone() throws Exception {
    runFlights();
    var topic = namespace + ".flights";
    var api = user("flights-kafka-api");
    var consumer = user("flights-kafka-consumer");

    try (var producer = producer(api)) {
      producer.send(new ProducerRecord<>(topic, "{}")).get();
    }
    assertThatThrownBy(() -> read(api, topic)).isInstanceOf(TopicAuthorizationException.class);
    read(consumer, topic);
    try (var producer = producer(consumer)) {
      producer.send(new ProducerRecord<>(topic + ".dlq", "{}")).get();
      assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, "{}")).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(TopicAuthorizationException.class);
    }
    assertThat(rights())
        .containsExactlyInAnyOrder(
            "User:%s.api WRITE TOPIC %s".formatted(topic, topic),
            "User:%s.consumer READ TOPIC %s".formatted(topic, topic),
            "User:%s.consumer READ TOPIC %s.dlq".formatted(topic, topic),
            "User:%s.consumer WRITE TOPIC %s.dlq".formatted(topic, topic),
            "User:%s.consumer READ GROUP %s".formatted(topic, topic));
  }

  @Test
  void putsRightsInOrderThatSomebodyChanged() throws Exception {
    runFlights();
    var before = rights();
    var api = "User:" + userName("flights-kafka-api");
    admin
        .createAcls(
            List.of(
                new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, "*", PatternType.LITERAL),
                    new AccessControlEntry(api, "*", AclOperation.ALL, AclPermissionType.ALLOW))))
        .all()
        .get();
    annotate("flights");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(rights()).isEqualTo(before));
  }

  @Test
  void aDeletedSecretGivesAUserANewPassword() throws Exception {
    runFlights();
    var before = user("flights-kafka-consumer");
    annotate("flights"); // a reconcile that is at work may have read the Secret
    deleteSecret("flights-kafka-consumer");
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> !user("flights-kafka-consumer").equals(before));
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(() -> read(user("flights-kafka-consumer"), namespace + ".flights"));
    assertThatThrownBy(() -> read(before, namespace + ".flights"))
        .isInstanceOf(SaslAuthenticationException.class);
    awaitCondition("flights", "Ready", "True", LIMIT);
  }

  /** A Pod that starts meanwhile logs on with what it finds in the Secret. */
  @Test
  void podsKeepThePasswordThatKafkaHasUntilItTakesANewOne() throws Exception {
    runFlights();
    var topic = namespace + ".flights";
    var before = user("flights-kafka-consumer");
    writeLogin("wrong");
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofSeconds(2))
        .until(
            () -> {
              annotate("flights"); // a look that fails
              return condition("flights", "TopicReady").getStatus().equals("False");
            });
    var deleted = deleteSecret("flights-kafka-consumer");
    awaitOther("flights-kafka-consumer", deleted);
    read(user("flights-kafka-consumer"), topic);
    assertThat(user("flights-kafka-consumer")).isEqualTo(before);

    // Another operator knows of it from the Secret alone.
    var wished = next("flights-kafka-consumer");
    Objects.requireNonNull(operator).close();
    operator = start("users: scram-sha-512");
    annotate("flights");
    await()
        .during(Duration.ofSeconds(5))
        .atMost(LIMIT)
        .until(
            () ->
                user("flights-kafka-consumer").equals(before)
                    && next("flights-kafka-consumer").equals(wished));

    writeLogin(security.password());
    await()
        .atMost(LIMIT.multipliedBy(2))
        .untilAsserted(() -> assertThat(user("flights-kafka-consumer")).isNotEqualTo(before));
    read(user("flights-kafka-consumer"), topic);
    assertThat(String.valueOf(wished))
        .contains(String.valueOf(user("flights-kafka-consumer").get("sasl.jaas.config")));
    assertThatThrownBy(() -> read(before, topic)).isInstanceOf(SaslAuthenticationException.class);
    awaitCondition("flights", "Ready", "True", LIMIT);
    assertThat(secret("flights-kafka-consumer").getData()).containsOnlyKeys("kafka.properties");
  }

  /** After a restore of Kafka, or by somebody's hand. */
  @Test
  void aDeletedUserComesBack() throws Exception {
    runFlights();
    var consumer = user("flights-kafka-consumer");
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialDeletion(
                    userName("flights-kafka-consumer"), ScramMechanism.SCRAM_SHA_512)))
        .all()
        .get();
    assertThatThrownBy(() -> read(consumer, namespace + ".flights"))
        .isInstanceOf(SaslAuthenticationException.class);
    annotate("flights");
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(() -> read(consumer, namespace + ".flights"));
  }

  /** Such as the one by which an administrator locks a user out whose password has leaked. */
  @Test
  void leavesADenialAsItIs() throws Exception {
    runFlights();
    var topic = namespace + ".flights";
    var denial =
        new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
            new AccessControlEntry(
                "User:" + userName("flights-kafka-api"),
                "*",
                AclOperation.ALL,
                AclPermissionType.DENY));
    admin.createAcls(List.of(denial)).all().get();
    var before = rights();
    admin.deleteAcls(List.of(rightOf(topic, "flights-kafka-api"))).all().get();
    annotate("flights");
    // The look that brings the right back has seen the denial.
    await().atMost(LIMIT).untilAsserted(() -> assertThat(rights()).isEqualTo(before));
    assertThat(admin.describeAcls(denial.toFilter()).values().get()).containsExactly(denial);
    admin.deleteAcls(List.of(denial.toFilter())).all().get();
  }

  @Test
  void takesTheUsersAwayWithTheirPipeline() throws Exception {
    runFlights();
    cluster.client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(rights()).isEmpty();
              assertThat(admin.describeUserScramCredentials().all().get().keySet())
                  .noneMatch(user -> user.contains("." + namespace + "."));
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"Retain", "Delete"})
  void aPipelineGoesThoughItsUsersMayNotBeRemoved(String policy) throws Exception {
    var name = "operator-" + policy;
    writeLogin(newUser(name));
    Files.writeString(login.resolve("username"), name);
    admin
        .createAcls(
            List.of(
                clusterRight(name, AclPermissionType.ALLOW),
                new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, "*", PatternType.LITERAL),
                    new AccessControlEntry(
                        "User:" + name, "*", AclOperation.ALL, AclPermissionType.ALLOW))))
        .all()
        .get();
    operator = start("users: scram-sha-512");
    cluster.createPipeline(namespace, "flights", "deletionPolicy: " + policy);
    awaitCondition("flights", "Ready", "True", LIMIT);
    var user = userName("flights-kafka-consumer");
    admin.createAcls(List.of(clusterRight(name, AclPermissionType.DENY))).all().get();
    cluster.client.resources(DataPipeline.class).inNamespace(namespace).delete();
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        cluster
                            .client
                            .resources(DataPipeline.class)
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .isEmpty());
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        cluster
                            .client
                            .events()
                            .v1()
                            .events()
                            .inNamespace(namespace)
                            .list()
                            .getItems())
                    .filteredOn(event -> event.getReason().equals("UsersStay"))
                    .singleElement()
                    .satisfies(
                        event ->
                            assertThat(event.getNote())
                                .contains(user, "ClusterAuthorizationException")));
  }

  @Test
  void saysInKafkasWordsThatTheLogOnIsWrong_andTakesUpARightOne() throws Exception {
    writeLogin("wrong");
    operator = start("users: scram-sha-512");
    cluster.createPipeline(namespace, "flights", "");
    awaitCondition("flights", "TopicReady", "False", TOLD);
    await()
        .atMost(TOLD)
        .untilAsserted(
            () ->
                assertThat(condition("flights", "TopicReady").getMessage())
                    .contains("SaslAuthenticationException", "invalid credentials"));
    assertThat(condition("flights", "TopicReady").getReason()).isEqualTo("KafkaRefused");
    writeLogin(security.password());
    awaitCondition("flights", "Ready", "True", LIMIT.multipliedBy(2));
  }

  @Test
  void saysWhichRightTheOperatorLacks() throws Exception {
    writeLogin(newUser("poor"));
    Files.writeString(login.resolve("username"), "poor");
    operator = start("users: scram-sha-512");
    cluster.createPipeline(namespace, "flights", "");
    await()
        .atMost(TOLD)
        .untilAsserted(
            () ->
                assertThat(condition("flights", "TopicReady").getMessage())
                    .contains("AuthorizationException"));
    assertThat(condition("flights", "TopicReady").getReason()).isEqualTo("KafkaRefused");
  }

  @Test
  void aPipelineNamesASecretOfItsOwn() throws Exception {
    writeLogin(security.password());
    operator = start("users: own");
    cluster.createPipeline(namespace, "nameless", "");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(condition("nameless", "StoreReady").getMessage())
                    .contains("spec.topic.kafkaSecretName is missing"));

    cluster.createPipeline(namespace, "flights", "", "{partitions: 1, kafkaSecretName: own-kafka}");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(condition("flights", "StoreReady").getMessage())
                    .contains("Secret 'own-kafka' does not exist"));
    cluster.applySecret(
        namespace,
        "own-kafka",
        Map.of(
            "client.properties",
            "sasl.jaas.config=com.sun.security.auth.module.JndiLoginModule required;\nsasl.mechanism=PLAIN\nsecurity.protocol=SASL_SSL"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(condition("flights", "StoreReady").getMessage())
                    .contains("Secret 'own-kafka' is no log-on to Kafka: sasl.jaas.config"));
    cluster.applySecret(
        namespace,
        "own-kafka",
        Map.of(
            "username",
            "team",
            "password",
            "s3cret",
            "ca.crt",
            security.authority().pem(),
            "client.properties",
            ""));
    awaitCondition("flights", "Ready", "True", LIMIT);
    assertThat(String.valueOf(user("flights-kafka").get("sasl.jaas.config")))
        .contains("username=\"team\" password=\"s3cret\"");
    assertThat(condition("flights", "Ready").getMessage()).doesNotContain("s3cret");
  }

  @Test
  void refusesAHostileSettingAtItsStart() throws IOException {
    Files.writeString(
        login.resolve("client.properties"),
        "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=com.sun.security.auth.module.JndiLoginModule required;");
    assertThatThrownBy(() -> KafkaLogin.in(login, false))
        .hasMessageContaining("the Secret of platform.kafka.secretName is no log-on to Kafka")
        .hasMessageContaining("sasl.jaas.config");
  }

  /** The Pods of its users would speak SASL to a listener that has none. */
  @Test
  void makesNoUsersOfAListenerWithoutSasl() throws IOException {
    Files.writeString(login.resolve("ca.crt"), security.authority().pem());
    assertThat(KafkaLogin.in(login, false).credentials()).isPresent();
    assertThatThrownBy(() -> KafkaLogin.in(login, true))
        .hasMessageContaining("needs a listener with SASL");
  }

  /** An operator that makes users, and a pipeline that is Ready. */
  private void runFlights() throws IOException {
    writeLogin(security.password());
    operator = start("users: scram-sha-512");
    cluster.createPipeline(namespace, "flights", "");
    awaitCondition("flights", "Ready", "True", LIMIT);
  }

  /** The right to write to a topic, of the user in this Secret. */
  private AclBindingFilter rightOf(String topic, String secret) throws IOException {
    return new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
            new AccessControlEntry(
                "User:" + userName(secret), "*", AclOperation.WRITE, AclPermissionType.ALLOW))
        .toFilter();
  }

  private TestCluster.RunningOperator start(String users) {
    cluster.node.decide(PretendNode::allGoesWell);
    return cluster.startOperator(
        PlatformConfig.parse(
            """
            runtimeImage: acequia-runtime:test
            kafka:
              bootstrapServers: "%s"
              replicationFactor: 1
              minInsyncReplicas: 1
              secretName: kafka-admin
              %s
            watchNamespaces: [%s]
            exposure: {type: NodePort, host: 127.0.0.1}
            """
                .formatted(kafka.bootstrapServers(), users, namespace)),
        KafkaLogin.in(login, users.contains("scram")));
  }

  private void writeLogin(String password) throws IOException {
    Files.writeString(login.resolve("username"), KafkaSecurity.ADMINISTRATOR);
    Files.writeString(login.resolve("ca.crt"), security.authority().pem());
    Files.writeString(login.resolve("password"), password);
  }

  /** The password of a user without any right. */
  private static String newUser(String name) throws Exception {
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), "password")))
        .all()
        .get();
    return "password";
  }

  private static AclBinding clusterRight(String user, AclPermissionType permission) {
    return new AclBinding(
        new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL),
        new AccessControlEntry("User:" + user, "*", AclOperation.ALTER, permission));
  }

  private static Map<String, Object> with(Map<String, String> security) {
    var settings = new HashMap<String, Object>(security);
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }

  /** A client's settings, as a Pod has them. */
  private Map<String, Object> user(String secret) throws IOException {
    var found =
        Objects.requireNonNull(
            cluster.client.secrets().inNamespace(namespace).withName(secret).get());
    var properties = new Properties();
    properties.load(
        new StringReader(
            new String(
                Base64.getDecoder().decode(found.getData().get("kafka.properties")),
                StandardCharsets.UTF_8)));
    var settings = new HashMap<String, Object>();
    properties.forEach((name, value) -> settings.put(String.valueOf(name), value));
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }

  /** The settings that wait for Kafka. */
  private String next(String secret) {
    return new String(
        Base64.getDecoder()
            .decode(Objects.requireNonNull(secret(secret).getData().get("next.properties"))),
        StandardCharsets.UTF_8);
  }

  private Secret secret(String name) {
    return Objects.requireNonNull(
        cluster.client.secrets().inNamespace(namespace).withName(name).get());
  }

  /** The uid of what was deleted. */
  private String deleteSecret(String name) {
    var uid = secret(name).getMetadata().getUid();
    cluster.client.secrets().inNamespace(namespace).withName(name).delete();
    return uid;
  }

  private void awaitOther(String secret, String formerUid) {
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> !secret(secret).getMetadata().getUid().equals(formerUid));
  }

  private String userName(String secret) throws IOException {
    return String.valueOf(user(secret).get("sasl.jaas.config"))
        .replaceFirst(".* username=\"([^\"]+)\".*", "$1");
  }

  private KafkaProducer<String, String> producer(Map<String, Object> user) {
    var settings = new HashMap<>(user);
    settings.put("max.block.ms", 10_000);
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  private void read(Map<String, Object> user, String topic) {
    var settings = new HashMap<>(user);
    settings.put("group.id", topic);
    settings.put("auto.offset.reset", "earliest");
    settings.put("default.api.timeout.ms", 10_000);
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      var partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      consumer.poll(Duration.ofSeconds(1));
      consumer.commitSync();
    }
  }

  private Set<String> rights() throws Exception {
    return admin.describeAcls(AclBindingFilter.ANY).values().get().stream()
        .filter(right -> right.entry().principal().contains("." + namespace + "."))
        .map(
            right ->
                "%s %s %s %s"
                    .formatted(
                        right.entry().principal().replaceFirst("acequia-[0-9a-f]{8}[.]", ""),
                        right.entry().operation(),
                        right.pattern().resourceType(),
                        right.pattern().name()))
        .collect(Collectors.toSet());
  }

  private void annotate(String pipeline) {
    cluster
        .client
        .resources(DataPipeline.class)
        .inNamespace(namespace)
        .withName(pipeline)
        .edit(
            found -> {
              found
                  .getMetadata()
                  .setAnnotations(Map.of("touched", Long.toString(System.nanoTime())));
              return found;
            });
  }

  private void awaitCondition(String pipeline, String type, String status, Duration limit) {
    await()
        .atMost(limit)
        .untilAsserted(
            () ->
                assertThat(condition(pipeline, type))
                    .as("%s", condition(pipeline, type))
                    .extracting(Condition::getStatus)
                    .isEqualTo(status));
  }

  private Condition condition(String pipeline, String type) {
    var found =
        cluster
            .client
            .resources(DataPipeline.class)
            .inNamespace(namespace)
            .withName(pipeline)
            .get();
    return found == null || found.getStatus() == null
        ? new Condition()
        : found.getStatus().conditions().stream()
            .filter(one -> one.getType().equals(type))
            .findFirst()
            .orElseGet(Condition::new);
  }
}
