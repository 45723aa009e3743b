package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.operator.kafka.KafkaAddress;
import dev.acequia.operator.kafka.KafkaCalls;
import dev.acequia.operator.observe.TopicLogs.Reading;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.servers.Home;
import dev.acequia.servers.KafkaCluster;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicLogsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final PipelineNames NAMES = new PipelineNames("ops", "flights");
  private static final DataPipelineReplaySpec FROM_THE_BEGINNING =
      Serialization.unmarshal(
          "pipeline: flights\nfrom: {earliest: true}", DataPipelineReplaySpec.class);

  @TempDir static Path folder;

  /** The broker of one pipeline's partition is down, and three replays in a row ask for it. */
  @Test
  void aPartitionWithoutALeaderIsNoSilenceOfKafkas() throws Exception {
    try (var kafka =
            KafkaCluster.start(Home.at(folder), Ports.keptIn(folder), 2, KafkaSettings.small());
        var calls = new KafkaCalls(Clock.systemUTC());
        var logs = logs(kafka.bootstrapServers(), calls)) {
      try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
        admin
            .createTopics(
                List.of(new NewTopic(NAMES.topic(), Map.of(0, List.of(1), 1, List.of(2)))))
            .all()
            .get(30, TimeUnit.SECONDS);
      }
      assertThat(answer(logs, "before")).isInstanceOf(Reading.Found.class);
      kafka.kill(2);
      var asked = IntStream.range(0, 4).mapToObj(i -> "after-" + i).toList();
      asked.forEach(replay -> read(logs, replay));
      assertThat(asked)
          .allSatisfy(
              replay ->
                  assertThat(answer(logs, replay))
                      .isInstanceOfSatisfying(
                          Reading.Unreadable.class,
                          unreadable ->
                              assertThat(unreadable.message())
                                  .startsWith("Kafka answers, but not within 10 s")
                                  .contains(NAMES.topic())));
      assertThat(calls.silentSince()).isEmpty();
    }
  }

  /** Nobody else would tell the replay, and the next look is minutes away. */
  @Test
  void tellsOfAFailureThatNobodyReckonedWith() {
    try (var calls = new KafkaCalls(Clock.systemUTC());
        var logs =
            new TopicLogs(
                KafkaAddress.open("kafka:9092"),
                config("kafka:9092"),
                _ -> Optional.empty(),
                calls,
                _ -> {
                  throw new IllegalStateException("no client");
                })) {
      assertThat(answer(logs, "failing"))
          .isEqualTo(
              new Reading.Unreadable(
                  "The look at topic ops.flights failed: java.lang.IllegalStateException: no"
                      + " client"));
    }
  }

  private static TopicLogs logs(String bootstrapServers, KafkaCalls calls) {
    return new TopicLogs(
        KafkaAddress.open(bootstrapServers),
        config(bootstrapServers),
        _ -> Optional.empty(),
        calls);
  }

  private static PlatformConfig.Kafka config(String bootstrapServers) {
    return PlatformConfig.parse(
            "{runtimeImage: 'runtime:1', kafka: {bootstrapServers: '%s'}}"
                .formatted(bootstrapServers))
        .kafka();
  }

  private static Reading answer(TopicLogs logs, String replay) {
    var found = new AtomicReference<Reading>();
    await()
        .pollInterval(Duration.ofMillis(100))
        .atMost(LIMIT)
        .until(
            () -> {
              read(logs, replay).ifPresent(found::set);
              return found.get() != null;
            });
    return found.get();
  }

  private static Optional<Reading> read(TopicLogs logs, String replay) {
    return logs.read(
        new TopicLogs.Question(replay, replay, NAMES, NAMES.topic(), FROM_THE_BEGINNING, true),
        () -> {});
  }
}
