package dev.acequia.operator.apply;

import static dev.acequia.operator.apply.TestTopics.noChildren;
import static org.apache.kafka.clients.admin.ScramMechanism.SCRAM_SHA_512;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaLogin;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.KafkaCredentials.Mechanism;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import dev.acequia.operator.plan.UserPasswords;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaSecurity;
import dev.acequia.servers.KafkaServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Kafka that does not let the operator do all that it has to. */
class KafkaUsersIT {
  private static final AtomicInteger PIPELINES = new AtomicInteger();
  private static final String INSTALLATION = "here";
  private static final String OPERATOR = "operator";
  private static final ResourcePattern CLUSTER =
      new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);

  private static final AclBindingFilter DENIALS =
      new AclBindingFilter(
          ResourcePatternFilter.ANY,
          new AccessControlEntryFilter(
              "User:" + OPERATOR, null, AclOperation.ANY, AclPermissionType.DENY));

  private static KafkaSecurity security;
  private static KafkaServer kafka;
  private static Admin admin;

  private final PipelineNames names =
      new PipelineNames("ops", "flights-" + PIPELINES.incrementAndGet());
  @TempDir private Path login;
  private KafkaTopics topics;

  @BeforeAll
  static void start() throws Exception {
    var folder = Ephemeral.folder("kafka-users");
    security = KafkaSecurity.scram(folder.resolve("security"), false);
    kafka = Ephemeral.server(KafkaServer.start(folder.resolve("kafka"), security));
    admin = Admin.create(settings());
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    OPERATOR, new ScramCredentialInfo(SCRAM_SHA_512, 4096), OPERATOR)))
        .all()
        .get();
    admin
        .createAcls(
            Stream.concat(
                    Stream.of(right(CLUSTER, AclOperation.ALTER, AclPermissionType.ALLOW)),
                    Stream.of(
                            AclOperation.CREATE,
                            AclOperation.DELETE,
                            AclOperation.ALTER,
                            AclOperation.ALTER_CONFIGS,
                            AclOperation.DESCRIBE_CONFIGS,
                            AclOperation.READ,
                            AclOperation.WRITE)
                        .map(one -> right(topic("*"), one, AclPermissionType.ALLOW)))
                .toList())
        .all()
        .get();
  }

  @AfterAll
  static void stop() {
    admin.close();
  }

  @BeforeEach
  void remembersNothing() throws Exception {
    Files.writeString(login.resolve("username"), OPERATOR);
    Files.writeString(login.resolve("password"), OPERATOR);
    Files.writeString(login.resolve("ca.crt"), security.authority().pem());
    topics = operator();
  }

  @AfterEach
  void close() throws Exception {
    topics.close();
    admin.deleteAcls(List.of(DENIALS)).all().get();
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(isRefused(CLUSTER, AclOperation.ALL)).isFalse());
  }

  @Test
  void aTopicThatMayNotGrowKeepsNoUserAway() throws Exception {
    ensure(1);
    admin.alterUserScramCredentials(List.of(deletion(Component.API))).all().get();
    admin.deleteAcls(List.of(rightsOf(Component.API))).all().get();
    refuse(topic(names.topic()), AclOperation.ALTER);
    assertThat(ensure(2).state())
        .isInstanceOfSatisfying(
            TopicState.Missing.class,
            state -> assertThat(state.message()).contains("add partitions"));
    await().untilAsserted(() -> assertThat(users()).hasSize(2));
    assertThat(rights()).isEqualTo(5);
  }

  @Test
  void usersThatMayNotBeMadeKeepNoTopicFromGrowing() throws Exception {
    ensure(1);
    refuse(CLUSTER, AclOperation.ALL);
    assertThat(ensure(2))
        .satisfies(
            result ->
                assertThat(result.changes())
                    .containsExactly(
                        "Increased the partitions of topic %s from 1 to 2"
                            .formatted(names.topic())))
        .satisfies(result -> assertThat(reason(result)).isEqualTo("KafkaRefused"));
  }

  @Test
  void saysOfANewPipelineThatItsUsersMayNotBeMade() throws Exception {
    refuse(CLUSTER, AclOperation.ALL);
    assertThat(ensure(1).state())
        .isInstanceOfSatisfying(
            TopicState.Missing.class,
            state -> {
              assertThat(state.reason()).isEqualTo("KafkaRefused");
              assertThat(state.message()).contains("rights of", "ClusterAuthorization");
            });
  }

  /** An answer that differs from the last one brings the next reconcile at once. */
  @Test
  void saysOfARefusalTheSameEachTime() throws Exception {
    refuse(CLUSTER, AclOperation.ALL);
    ensure(1);
    assertThat(ensure(1)).isEqualTo(ensure(1));
  }

  @Test
  void saysBothWhereUsersAndTopicAreRefused() throws Exception {
    refuse(CLUSTER, AclOperation.ALL);
    refuse(topic(names.topic()), AclOperation.CREATE);
    assertThat(ensure(1).state())
        .isInstanceOfSatisfying(
            TopicState.Missing.class,
            state ->
                assertThat(state.message())
                    .contains("create topic", "rights of", "ClusterAuthorization"));
  }

  @Test
  void anOperatorThatStartsWritesNoPasswordThatKafkaHas() {
    assertThat(ensure(1).changes()).anyMatch(change -> change.contains("Set the password"));
    topics.close();
    topics = operator();
    assertThat(ensure(1).changes()).isEmpty();
  }

  @Test
  void putsAPasswordInOrderThatSomebodyChanged() throws Exception {
    ensure(1);
    var user = names.kafkaUser(Component.API, INSTALLATION);
    topics.close();
    topics = operator();
    admin
        .alterUserScramCredentials(
            List.of(
                new UserScramCredentialUpsertion(
                    user, new ScramCredentialInfo(SCRAM_SHA_512, 4096), "by hand")))
        .all()
        .get();
    await()
        .untilAsserted(
            () ->
                assertThat(ensure(1).changes())
                    .containsExactly("Set the password of user %s in Kafka".formatted(user)));
  }

  /** Two passwords can share a fingerprint, so a new one is always written. */
  @Test
  void aNewPasswordIsAlwaysWritten() {
    ensure(1);
    var former = password(Component.API);
    var next =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> new Password(former.mechanism(), former.user(), "next-" + i))
            .filter(one -> KafkaUsers.iterations(one) == KafkaUsers.iterations(former))
            .findFirst()
            .orElseThrow();
    var consumer = password(Component.CONSUMER);
    var waiting =
        new UserPasswords(
            new UserPasswords.OfUser(consumer, null, null),
            new UserPasswords.OfUser(former, next, null));
    assertThat(topics.ensure(claimant("uid", waiting), plan(1), noChildren()).changes())
        .containsExactly("Set the password of user %s in Kafka".formatted(former.user()));
    assertThat(
            topics
                .ensure(claimant("uid", UserPasswords.taken(consumer, next)), plan(1), noChildren())
                .changes())
        .isEmpty();
  }

  @Test
  void usersThatMayNotBeRemovedKeepNoTopicAndNoClaim() throws Exception {
    ensure(1);
    refuse(CLUSTER, AclOperation.ALL);
    assertThat(topics.delete(claimant("uid")).usersRefused()).contains("ClusterAuthorization");
    await()
        .untilAsserted(
            () -> assertThat(admin.listTopics().names().get()).doesNotContain(names.topic()));
    admin.deleteAcls(List.of(DENIALS)).all().get();
    try (var elsewhere = operator("elsewhere")) {
      await()
          .untilAsserted(
              () ->
                  assertThat(elsewhere.ensure(claimant("other"), plan(1), noChildren()).state())
                      .isInstanceOf(TopicState.Present.class));
    }
  }

  @Test
  void usersThatMayNotBeRemovedKeepNoClaimOfAPipelineThatLeavesItsTopics() throws Exception {
    ensure(1);
    refuse(CLUSTER, AclOperation.ALL);
    assertThat(topics.retire(claimant("uid")).usersRefused()).contains("ClusterAuthorization");
    assertThat(topics.lastSeen(names.topic())).isNull();
  }

  private KafkaTopics operator() {
    return operator(INSTALLATION);
  }

  private KafkaTopics operator(String installation) {
    var config =
        new PlatformConfig.Kafka(
            kafka.bootstrapServers(),
            PlatformConfig.TopicProvider.DIRECT,
            1,
            1,
            null,
            List.of(),
            "kafka-admin",
            PlatformConfig.Users.SCRAM_SHA_512);
    var address = new KafkaAddress(kafka.bootstrapServers(), KafkaLogin.in(login, true));
    return new KafkaTopics(address, config, installation, _ -> true);
  }

  private TopicProvider.Result ensure(int partitions) {
    return topics.ensure(claimant("uid"), plan(partitions), noChildren());
  }

  private TopicClaimant claimant(String uid) {
    return claimant(
        uid, UserPasswords.taken(password(Component.CONSUMER), password(Component.API)));
  }

  private TopicClaimant claimant(String uid, UserPasswords users) {
    return new TopicClaimant(names, uid, null, Set.of(), null, users);
  }

  private Password password(Component role) {
    return new Password(
        Mechanism.SCRAM_SHA_512, names.kafkaUser(role, INSTALLATION), "a-password-of-" + role);
  }

  /** Denies the operation to the operator, and waits until the broker applies that. */
  private void refuse(ResourcePattern what, AclOperation operation) throws Exception {
    admin.createAcls(List.of(right(what, operation, AclPermissionType.DENY))).all().get();
    await().ignoreExceptions().until(() -> isRefused(what, operation));
  }

  private boolean isRefused(ResourcePattern what, AclOperation operation) throws Exception {
    var address = new KafkaAddress(kafka.bootstrapServers(), KafkaLogin.in(login, true));
    try (var own = Admin.create(KafkaTopics.settings(address))) {
      switch (operation) {
        case CREATE ->
            own.createTopics(
                    List.of(new NewTopic(what.name(), 1, (short) 1)),
                    new CreateTopicsOptions().validateOnly(true))
                .all()
                .get();
        case ALTER ->
            own.createPartitions(
                    Map.of(what.name(), NewPartitions.increaseTo(9)),
                    new CreatePartitionsOptions().validateOnly(true))
                .all()
                .get();
        default -> own.describeAcls(AclBindingFilter.ANY).values().get();
      }
      return false;
    } catch (ExecutionException e) {
      return e.getCause() instanceof AuthorizationException;
    }
  }

  private static ResourcePattern topic(String name) {
    return new ResourcePattern(ResourceType.TOPIC, name, PatternType.LITERAL);
  }

  private static AclBinding right(
      ResourcePattern what, AclOperation operation, AclPermissionType permission) {
    return new AclBinding(
        what, new AccessControlEntry("User:" + OPERATOR, "*", operation, permission));
  }

  private AclBindingFilter rightsOf(Component role) {
    return new AclBindingFilter(
        ResourcePatternFilter.ANY,
        new AccessControlEntryFilter(
            "User:" + names.kafkaUser(role, INSTALLATION),
            null,
            AclOperation.ANY,
            AclPermissionType.ANY));
  }

  private UserScramCredentialDeletion deletion(Component role) {
    return new UserScramCredentialDeletion(names.kafkaUser(role, INSTALLATION), SCRAM_SHA_512);
  }

  private TopicsPlan plan(int partitions) {
    return new TopicsPlan(
        new DesiredTopic(names.topic(), partitions, 1, true, Map.of(), false),
        new DesiredTopic(names.deadLetterTopic(), 1, 1, false, Map.of(), false));
  }

  private static @Nullable String reason(TopicProvider.Result result) {
    return result.state() instanceof TopicState.Missing missing ? missing.reason() : null;
  }

  private Set<String> users() throws Exception {
    return Set.copyOf(
        admin
            .describeUserScramCredentials(
                Stream.of(Component.API, Component.CONSUMER)
                    .map(role -> names.kafkaUser(role, INSTALLATION))
                    .toList())
            .users()
            .get());
  }

  private long rights() throws Exception {
    return admin.describeAcls(AclBindingFilter.ANY).values().get().stream()
        .filter(right -> right.entry().principal().contains("." + names.topic() + "."))
        .count();
  }

  private static Map<String, Object> settings() {
    var settings = new HashMap<String, Object>(security.administrator());
    settings.put("bootstrap.servers", kafka.bootstrapServers());
    return settings;
  }
}
