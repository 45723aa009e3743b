package dev.acequia.operator.apply;

import static dev.acequia.operator.apply.TestTopics.noChildren;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import dev.acequia.servers.KafkaServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaTopicsIT {
  private static final AtomicInteger PIPELINES = new AtomicInteger();
  @TempDir static Path folder;
  private static KafkaServer kafka;
  private static Admin admin;
  private final PipelineNames names =
      new PipelineNames("ops", "flights-" + PIPELINES.incrementAndGet());
  private KafkaTopics topics;

  @BeforeAll
  static void start() {
    kafka = KafkaServer.start(folder);
    admin = Admin.create(KafkaTopics.settings(KafkaAddress.open(kafka.bootstrapServers())));
  }

  @BeforeEach
  void remembersNothing() {
    topics = TestTopics.of(kafka, "here");
  }

  @AfterEach
  void close() {
    topics.close();
  }

  @AfterAll
  static void stop() {
    admin.close();
    kafka.close();
  }

  @Test
  void createsBothTopicsOnceAndThenChangesNothing() throws Exception {
    var made = ensure(plan(3, true, "604800000"));
    assertThat(made.changes()).hasSize(2);
    var topic = made.state().found().orElseThrow();
    assertThat(topic.partitions()).isEqualTo(3);
    assertThat(setting("retention.ms")).isEqualTo("604800000");

    var again = ensure(plan(3, true, "604800000"));
    assertThat(again.changes()).isEmpty();
    assertThat(again.state().found()).contains(topic);
  }

  @Test
  void addsPartitionsInAppendModeOnly() {
    ensure(plan(2, true, "604800000"));
    assertThat(ensure(plan(4, true, "604800000")).changes())
        .containsExactly(
            "Increased the partitions of topic %s from 2 to 4".formatted(names.topic()));
    var upsert = ensure(plan(6, false, "604800000"));
    assertThat(upsert.changes()).isEmpty();
    assertThat(upsert.state())
        .isInstanceOfSatisfying(
            TopicState.Present.class,
            state -> {
              assertThat(state.topic().partitions()).isEqualTo(4);
              assertThat(state.note()).contains("has 4 partitions, not 6").contains("upsert");
            });
    assertThat(((TopicState.Present) ensure(plan(1, true, "604800000")).state()).note())
        .contains("cannot take partitions away");
  }

  @Test
  void putsSettingsBackThatAnotherHandChanged() throws Exception {
    ensure(plan(1, true, "604800000"));
    await().untilAsserted(() -> assertThat(setting("cleanup.policy")).isEqualTo("delete"));
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, names.topic()),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("cleanup.policy", "compact"), AlterConfigOp.OpType.SET))))
        .all()
        .get(10, TimeUnit.SECONDS);
    await().untilAsserted(() -> assertThat(setting("cleanup.policy")).isEqualTo("compact"));
    assertThat(ensure(plan(1, true, "3600000")).changes())
        .contains(
            "Changed topic %s: cleanup.policy=delete, retention.ms=3600000"
                .formatted(names.topic()));
    await().untilAsserted(() -> assertThat(setting("retention.ms")).isEqualTo("3600000"));
  }

  @Test
  void saysInKafkasOwnWordsWhyItRefuses() {
    var refused =
        topics.ensure(
            claimant(),
            new TopicsPlan(
                new DesiredTopic(names.topic(), 1, 3, true, Map.of(), false),
                new DesiredTopic(names.deadLetterTopic(), 1, 3, false, Map.of(), false)),
            noChildren());
    assertThat(refused.state())
        .isInstanceOfSatisfying(
            TopicState.Missing.class,
            state -> {
              assertThat(state.reason()).isEqualTo("KafkaRefused");
              assertThat(state.message()).contains("InvalidReplicationFactor");
            });
  }

  @Test
  void deletesWhatIsThereAndIsContentWithWhatIsNot() {
    ensure(plan(1, true, "604800000"));
    var gone = new TopicProvider.Deletion(true, List.of());
    assertThat(topics.delete(claimant())).isEqualTo(gone);
    // The broker hears of the deletion a moment later.
    await().untilAsserted(() -> assertThat(topics.delete(claimant())).isEqualTo(gone));
  }

  /** Anyone may name another's topic; the watch over it goes on. */
  @Test
  void theEndOfAPipelineThatNeverHadTheTopicForgetsNothingOfIt() {
    ensure(plan(1, true, "604800000"));
    var stranger =
        new TopicClaimant(
            new PipelineNames("theirs", names.pipeline()), "other", names.topic(), Set.of(), null);
    topics.retire(stranger);
    assertThat(topics.lastSeen(names.topic())).isNotNull();
    topics.delete(stranger);
    assertThat(topics.lastSeen(names.topic())).isNotNull();
    topics.retire(claimant());
    assertThat(topics.lastSeen(names.topic())).isNull();
  }

  private TopicProvider.Result ensure(TopicsPlan plan) {
    return topics.ensure(claimant(), plan, noChildren());
  }

  private TopicClaimant claimant() {
    return new TopicClaimant(names, "uid", null, Set.of(), null);
  }

  private TopicsPlan plan(int partitions, boolean mayGrow, String retentionMillis) {
    var settings = Map.of("retention.ms", retentionMillis, "cleanup.policy", "delete");
    return new TopicsPlan(
        new DesiredTopic(names.topic(), partitions, 1, mayGrow, settings, false),
        new DesiredTopic(names.deadLetterTopic(), 1, 1, false, settings, false));
  }

  private String setting(String name) throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, names.topic());
    var configs = admin.describeConfigs(List.of(resource)).all().get(10, TimeUnit.SECONDS);
    return configs.values().iterator().next().get(name).value();
  }
}
