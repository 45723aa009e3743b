package dev.acequia.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.apply.BackgroundTopics;
import dev.acequia.operator.apply.KafkaTopics;
import dev.acequia.operator.apply.TopicClaimant;
import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every reconcile does at last, whatever becomes of it. */
class PipelineReconcilerTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse(
          "{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'nowhere.invalid:9092'}}");

  /** Else four pipelines whose spec is refused would hold up the news for all others. */
  @Test
  void makesPlaceForTheNextThatIsToldOfASilentKafka() {
    var told = new CopyOnWriteArrayList<String>();
    var begin = new CountDownLatch(1);
    try (var client = new KubernetesClientBuilder().withConfig(Config.empty()).build();
        var direct =
            new KafkaTopics(
                KafkaAddress.open(PLATFORM.kafka().bootstrapServers()),
                PLATFORM.kafka(),
                "here",
                _ -> true);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      var answers = topics.eventSources(context()).getFirst();
      answers.setEventHandler(event -> told.add(event.getRelatedCustomResourceID().getName()));
      answers.start();
      for (var i = 0; i < 3; i++) {
        calls.submit(new CallKey("silent", i), Urgency.REMOVAL, () -> isSilentAfter(begin));
      }
      var fleet = IntStream.range(0, 12).mapToObj(i -> "flights-" + i).toList();
      fleet.forEach(name -> ensure(topics, name));
      begin.countDown();
      await().atMost(LIMIT).until(() -> told.size() >= 4);
      var inLine = List.copyOf(told);
      await().during(Duration.ofMillis(200)).atMost(LIMIT).until(() -> told.equals(inLine));

      var reconciler = reconciler(client, topics);
      for (var name : inLine.subList(0, 2)) {
        assertThat(catchThrowable(() -> reconcile(reconciler, pipeline(name)))).isNotNull();
      }
      await().atMost(LIMIT).until(() -> told.size() >= inLine.size() + 2);
      assertThat(catchThrowable(() -> cleanUp(reconciler, pipeline(inLine.get(2))))).isNotNull();
      await().atMost(LIMIT).until(() -> told.size() >= inLine.size() + 3);
    }
  }

  private static boolean isSilentAfter(CountDownLatch begin) {
    try {
      assertThat(begin.await(1, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  private static void ensure(BackgroundTopics topics, String name) {
    var names = new PipelineNames("ops", name);
    topics.ensure(
        new TopicClaimant(names, "uid", null, Set.of(), null),
        TopicsPlan.of(names, pipeline(name).getSpec(), PLATFORM),
        noChildren());
  }

  private static DataPipeline pipeline(String name) {
    return Serialization.unmarshal(
        """
        metadata: {name: %s, namespace: ops, uid: a, generation: 1}
        spec:
          schema: {fields: [{name: flight, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
        """
            .formatted(name),
        DataPipeline.class);
  }

  /** Nothing but the beginning of a reconcile is looked at. */
  @SuppressWarnings("NullAway")
  private static PipelineReconciler reconciler(KubernetesClient client, BackgroundTopics topics) {
    var pacer = new RolloutPacer(PLATFORM.rollout(), "r1", null, null, Clock.systemUTC());
    return new PipelineReconciler(
        client,
        PLATFORM,
        topics,
        null,
        null,
        null,
        null,
        null,
        pacer,
        "r1",
        null,
        Clock.systemUTC());
  }

  @SuppressWarnings("NullAway")
  private static void reconcile(PipelineReconciler reconciler, DataPipeline pipeline) {
    reconciler.reconcile(pipeline, null);
  }

  @SuppressWarnings("NullAway")
  private static void cleanUp(PipelineReconciler reconciler, DataPipeline pipeline) {
    reconciler.cleanup(pipeline, null);
  }

  @SuppressWarnings("NullAway")
  private static Children noChildren() {
    return null;
  }

  /** The sources ask it nothing before they are started. */
  @SuppressWarnings("NullAway")
  private static EventSourceContext<DataPipeline> context() {
    return new EventSourceContext<>(null, null, null, DataPipeline.class);
  }
}
