package dev.acequia.operator.apply;

import static dev.acequia.operator.apply.TestTopics.noChildren;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.HeldCalls;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import dev.acequia.servers.KafkaServer;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
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
    var admin = LateAdmin.of(KafkaAddress.open(kafka.bootstrapServers()));
    try (var direct = TestTopics.of(kafka, "here");
        var owners =
            new TopicOwners(
                admin, TestTopics.address(config), config, "reader", TopicOwners.GONE_AFTER);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var id =
          direct
              .ensure(claimant("uid"), plan(NAMES), noChildren())
              .state()
              .found()
              .orElseThrow()
              .id();
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      assertThat(topics.retire(claimant("uid")).done()).isFalse();
      await().atMost(LIMIT).until(() -> topics.retire(claimant("uid")).done());
      var claims = owners.current();
      assertThat(claims.kept(NAMES.topic()).orElseThrow().topicId()).isEqualTo(id);
      assertThat(claims.holder(NAMES.topic())).isEmpty();
      // Another resource of the name asks for itself.
      assertThat(topics.retire(claimant("uid-2")).done()).isFalse();
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
      assertThat(topics.retire(claimant("uid")).done()).isTrue();
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
      var silent = silentKeys();
      silent.forEach(key -> calls.submit(key, Urgency.LOOK_AGAIN, () -> false));
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
    var admin =
        new LateAdmin(() -> Admin.create(KafkaTopics.settings(KafkaAddress.open(name.get()))));
    try (var direct =
            new KafkaTopics(admin, TestTopics.address(config), config, "unresolved", _ -> true);
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

  /** Such as a 403 of the API server, which is asked whether a namespace is there. */
  @Test
  void whatFailedOnceIsAskedAgain() throws Exception {
    var config = TestTopics.config(kafka.bootstrapServers(), "nothing.listed");
    var admin = LateAdmin.of(KafkaAddress.open(kafka.bootstrapServers()));
    admin
        .get()
        .createTopics(List.of(new NewTopic("elsewhere.orders", 1, (short) 1)))
        .all()
        .get(10, TimeUnit.SECONDS);
    var failures = new AtomicInteger(1);
    Predicate<String> isNamespace =
        _ -> {
          if (failures.getAndDecrement() > 0) {
            throw new IllegalStateException("Forbidden");
          }
          return false;
        };
    try (var direct =
            new KafkaTopics(admin, TestTopics.address(config), config, "failing", isNamespace);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      var names = new PipelineNames("ops", "failing");
      var claimant = new TopicClaimant(names, "uid", "elsewhere.orders", Set.of(), null);
      var plan =
          new TopicsPlan(
              new DesiredTopic("elsewhere.orders", 1, 1, false, Map.of(), true),
              new DesiredTopic(names.deadLetterTopic(), 1, 1, false, Map.of(), false));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> topics.ensure(claimant, plan, noChildren()))
                      .hasMessage("Forbidden"));
      await()
          .atMost(LIMIT)
          .ignoreExceptionsMatching(e -> "Forbidden".equals(e.getMessage()))
          .until(
              () ->
                  topics.ensure(claimant, plan, noChildren()).state()
                      instanceof TopicState.Present);
    }
  }

  /** Brokers answer all else without a controller. */
  @Test
  void aControllerThatDoesNotAnswerIsNoSilenceOfKafkas() {
    var real = LateAdmin.of(KafkaAddress.open(kafka.bootstrapServers()));
    var without = new LateAdmin(() -> withoutController(real.get()));
    try (var direct = TestTopics.of(without, TestTopics.config(kafka), "here");
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      for (var i = 0; i < 4; i++) {
        var claimant =
            new TopicClaimant(new PipelineNames("ops", "new-" + i), "uid", null, Set.of(), null);
        await()
            .atMost(LIMIT)
            .untilAsserted(
                () ->
                    assertThat(
                            topics.ensure(claimant, plan(claimant.names()), noChildren()).state())
                        .isInstanceOfSatisfying(
                            TopicState.Missing.class,
                            missing ->
                                assertThat(missing)
                                    .returns("KafkaUnreachable", TopicState.Missing::reason)
                                    .extracting(TopicState.Missing::message)
                                    .asString()
                                    .contains("the controller did not")));
      }
      assertThat(calls.silentSince()).isEmpty();
    } finally {
      real.close();
    }
  }

  @Test
  void saysThatAQuestionWaitsForOthers() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var direct = silentTopics(silent);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      var end = new CountDownLatch(1);
      for (var key : silentKeys()) {
        calls.submit(key, Urgency.REMOVAL, () -> HeldCalls.isAnsweredAfter(end));
      }
      assertThat(topics.ensure(claimant("uid"), plan(NAMES), noChildren()).state())
          .isEqualTo(new TopicState.Unanswered(null, true, null));
      end.countDown();
    }
  }

  @Test
  void anAddressThatIsNoneIsToldAtOnce() {
    assertThatThrownBy(() -> LateAdmin.of(KafkaAddress.open("nonsense")))
        .hasMessageContaining("Invalid url in bootstrap.servers: nonsense");
    LateAdmin.of(KafkaAddress.open("a..b:9092")).close();
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
    var settings =
        new HashMap<>(KafkaTopics.settings(KafkaAddress.open(config.bootstrapServers())));
    settings.putAll(Map.of("request.timeout.ms", 500, "default.api.timeout.ms", 1_000));
    var admin = new LateAdmin(() -> Admin.create(settings));
    return new KafkaTopics(
        admin,
        new TopicOwners(admin, TestTopics.address(config), config, "here", TopicOwners.GONE_AFTER),
        new Adoption(config, _ -> false),
        null);
  }

  private static List<CallKey> silentKeys() {
    return IntStream.range(0, 3).mapToObj(i -> new CallKey("silent", i)).toList();
  }

  /** It has no time to create anything. */
  private static Admin withoutController(Admin real) {
    return (Admin)
        Proxy.newProxyInstance(
            Admin.class.getClassLoader(),
            new Class<?>[] {Admin.class},
            (_, method, args) ->
                method.getName().equals("createTopics")
                    ? real.createTopics(newTopics(args[0]), new CreateTopicsOptions().timeoutMs(0))
                    : method.invoke(real, args));
  }

  @SuppressWarnings("unchecked")
  private static Collection<NewTopic> newTopics(Object argument) {
    return (Collection<NewTopic>) argument;
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
