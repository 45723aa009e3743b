package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.kafka.CallKey;
import dev.acequia.operator.kafka.HeldCalls;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.kafka.Urgency;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BackgroundTopicsTest {
  private static final PlatformConfig PLATFORM =
      PlatformConfig.parse(
          "{runtimeImage: 'runtime:1', kafka: {bootstrapServers: 'nowhere.invalid:9092'}}");

  /** No quota counts them, and with Kafka away none of them is written down. */
  @Test
  void pipelinesThatAreCreatedAndDeletedAgainAndAgainDoNotFillTheMemory() {
    var end = new CountDownLatch(1);
    try (var direct =
            new KafkaTopics(
                KafkaAddress.open(PLATFORM.kafka().bootstrapServers()),
                PLATFORM.kafka(),
                "here",
                _ -> true);
        var calls = new KafkaCalls(Clock.systemUTC())) {
      for (var namespace : new String[] {"held-1", "held-2"}) {
        calls.submit(
            new CallKey(namespace, namespace),
            Urgency.REMOVAL,
            () -> HeldCalls.isAnsweredAfter(end));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> calls.waiting() == 0);
      var topics = new BackgroundTopics(direct, calls, Clock.systemUTC());
      for (var i = 0; i < 1_100; i++) {
        retire(topics, new PipelineNames("crowd", "gone-" + i));
      }
      assertThat(calls.waiting()).isEqualTo(1_000);
      retire(topics, new PipelineNames("ops", "gone"));
      assertThat(calls.waiting()).isEqualTo(1_001);
      // One whose resource is still there waits for its answer.
      topics.retire(claimant(new PipelineNames("crowd", "going")));
      assertThat(calls.waiting()).isEqualTo(1_002);
      end.countDown();
    }
  }

  private static void retire(BackgroundTopics topics, PipelineNames names) {
    topics.retire(claimant(names));
    topics.forget(names);
  }

  private static TopicClaimant claimant(PipelineNames names) {
    return new TopicClaimant(names, "uid", null, Set.of(), null);
  }
}
