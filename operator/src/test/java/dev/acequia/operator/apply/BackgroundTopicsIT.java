package dev.acequia.operator.apply;

import static dev.acequia.operator.apply.TestTopics.noChildren;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import dev.acequia.servers.KafkaServer;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reconcile waits for, and what it does not. */
class BackgroundTopicsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final PipelineNames NAMES = new PipelineNames("ops", "retired");

  @TempDir static Path folder;
  private static KafkaServer kafka;

  @BeforeAll
  static void start() {
    kafka = KafkaServer.start(folder);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void aRetirementIsDoneWhenTheTopicsAreWrittenDownAsKept() {
    var config = TestTopics.config(kafka);
    var admin = LateAdmin.of(kafka.bootstrapServers());
    try (var direct = TestTopics.of(kafka, "here");
        var owners = new TopicOwners(admin, config, "reader", TopicOwners.GONE_AFTER);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var id =
          direct
              .ensure(claimant("uid"), plan(NAMES), noChildren())
              .state()
              .found()
              .orElseThrow()
              .id();
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      assertThat(topics.retire(claimant("uid"))).isFalse();
      await().atMost(LIMIT).until(() -> topics.retire(claimant("uid")));
      var claims = owners.current();
      assertThat(claims.kept(NAMES.topic()).orElseThrow().topicId()).isEqualTo(id);
      assertThat(claims.holder(NAMES.topic())).isEmpty();
      // Another resource of the name asks for itself.
      assertThat(topics.retire(claimant("uid-2"))).isFalse();
    } finally {
      admin.close();
    }
  }

  @Test
  void noRetirementWaitsForASilentKafka() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var direct = silentTopics(silent);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      for (var i = 0; i < 3; i++) {
        topics.retire(
            new TopicClaimant(
                new PipelineNames("ops", "silent-" + i), "uid", null, Set.of(), null));
      }
      await().atMost(LIMIT).until(() -> calls.silentSince().isPresent());
      assertThat(topics.retire(claimant("uid"))).isTrue();
    }
  }

  /** The answer is told before the calls have noted that Kafka answers. */
  @Test
  void anAnswerThatComesWhileKafkaCountsAsSilentIsSeenAllTheSame() {
    try (var direct = TestTopics.of(kafka, "silent");
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      var answers = topics.eventSources(context()).getFirst();
      var claimant =
          new TopicClaimant(new PipelineNames("ops", "back"), "uid", null, Set.of(), null);
      var shown = new CopyOnWriteArrayList<TopicState>();
      answers.setEventHandler(
          _ -> shown.add(topics.ensure(claimant, plan(claimant.names()), noChildren()).state()));
      answers.start();
      var silent = List.of(1, 2, 3);
      silent.forEach(key -> calls.submit(key, () -> false));
      await().atMost(LIMIT).until(() -> calls.silentSince().isPresent());
      silent.forEach(calls::cancel);
      topics.ensure(claimant, plan(claimant.names()), noChildren());
      await().atMost(LIMIT).until(() -> !shown.isEmpty());
      assertThat(shown.getFirst()).isInstanceOf(TopicState.Unanswered.class);
      await().atMost(LIMIT).until(() -> shown.getLast() instanceof TopicState.Present);
    }
  }

  /** A whole cluster starts at once, and its names resolve a little later. */
  @Test
  void aKafkaWhoseNameDoesNotResolveYetIsSilentAndIsSeenOnceItDoes() {
    var config = TestTopics.config(kafka);
    var name = new AtomicReference<>("a..b:9092");
    var admin = new LateAdmin(() -> Admin.create(KafkaTopics.settings(name.get())));
    try (var direct = new KafkaTopics(admin, config, "unresolved", _ -> true);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      var claimants =
          IntStream.range(0, 3)
              .mapToObj(i -> new PipelineNames("ops", "unresolved-" + i))
              .map(names -> new TopicClaimant(names, "uid", null, Set.of(), null))
              .toList();
      claimants.forEach(one -> topics.ensure(one, plan(one.names()), noChildren()));
      await().atMost(LIMIT).until(() -> calls.silentSince().isPresent());
      name.set(kafka.bootstrapServers());
      for (var one : claimants) {
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    topics.ensure(one, plan(one.names()), noChildren()).state()
                        instanceof TopicState.Present);
      }
    }
  }

  @Test
  void anAddressThatIsNoneIsToldAtOnce() {
    assertThatThrownBy(() -> LateAdmin.of("nonsense"))
        .hasMessageContaining("Invalid url in bootstrap.servers: nonsense");
    LateAdmin.of("a..b:9092").close();
  }

  /**
   * With nothing seen there would be nothing to ask about, and a silent Kafka would count as back.
   */
  @Test
  void theWatchAsksKafkaAlsoWhenNoTopicWasSeen() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var direct = silentTopics(silent);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      assertThat(new TopicWatch(direct, calls, new NoPipelines(), Duration.ofHours(1)).look())
          .isFalse();
    }
    try (var direct = TestTopics.of(kafka, "here");
        var calls = new KafkaCalls(Clock.systemUTC())) {
      assertThat(new TopicWatch(direct, calls, new NoPipelines(), Duration.ofHours(1)).look())
          .isTrue();
    }
  }

  /** Takes connections and answers nothing; who asks gives up soon. */
  private static KafkaTopics silentTopics(ServerSocket silent) {
    var config = TestTopics.config("127.0.0.1:" + silent.getLocalPort(), "*");
    var settings = new HashMap<>(KafkaTopics.settings(config.bootstrapServers()));
    settings.putAll(Map.of("request.timeout.ms", 500, "default.api.timeout.ms", 1_000));
    var admin = new LateAdmin(() -> Admin.create(settings));
    return new KafkaTopics(
        admin,
        new TopicOwners(admin, config, "here", TopicOwners.GONE_AFTER),
        new Adoption(config, _ -> false));
  }

  private static TopicClaimant claimant(String uid) {
    return new TopicClaimant(NAMES, uid, null, Set.of(), null);
  }

  private static TopicsPlan plan(PipelineNames names) {
    return new TopicsPlan(
        new DesiredTopic(names.topic(), 1, 1, true, Map.of(), false),
        new DesiredTopic(names.deadLetterTopic(), 1, 1, false, Map.of(), false));
  }

  /** The sources ask it nothing before they are started, and the answers' never do. */
  @SuppressWarnings("NullAway")
  private static EventSourceContext<DataPipeline> context() {
    return new EventSourceContext<>(null, null, null, DataPipeline.class);
  }

  private static final class NoPipelines implements Cache<DataPipeline> {
    @Override
    public Optional<DataPipeline> get(ResourceID id) {
      return Optional.empty();
    }

    @Override
    public Stream<ResourceID> keys() {
      return Stream.empty();
    }

    @Override
    public Stream<DataPipeline> list(Predicate<DataPipeline> predicate) {
      return List.<DataPipeline>of().stream();
    }
  }
}
