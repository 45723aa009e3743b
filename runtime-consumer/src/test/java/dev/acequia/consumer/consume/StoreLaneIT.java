package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.consumer.Servers;
import dev.acequia.consumer.deadletter.DeadLetterBudget;
import dev.acequia.consumer.deadletter.DeadLetterHistory;
import dev.acequia.consumer.deadletter.DeadLetterTopic;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.TopicIds;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A lane's word to the store before it commits, with the topic in a real Kafka. */
class StoreLaneIT {
  private static final String TOPIC = "lane.flights";
  private static final Map<String, Object> KAFKA =
      Map.of("bootstrap.servers", Servers.kafka().bootstrapServers());

  /** Commits when the gate is open, and has nothing else to do. */
  private static final class GateKeeper implements StoreWriter {
    private volatile int commits;

    @Override
    public void probe() {}

    @Override
    public StoreBatch newBatch() {
      return new CountedRows(0);
    }

    @Override
    public Optional<PartitionClaim> claim(int partition) {
      return Optional.empty();
    }

    @Override
    public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind) {
      return Optional.empty();
    }

    @Override
    public <E extends Exception> WriteResult write(
        StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate) throws E {
      gate.onOwned();
      gate.beforeCommit(List.of());
      commits++;
      return new WriteResult.Stored(0, 0, 0);
    }

    @Override
    public void close() {}
  }

  private static String create(Admin admin) throws Exception {
    return admin
        .createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
        .topicId(TOPIC)
        .get(20, TimeUnit.SECONDS)
        .toString();
  }

  private static PipelineDefinition definition(String topicId) {
    return new PipelineDefinition(
        "ops",
        "lane",
        null,
        new Schema(
            List.of(), List.of(new Field("id", FieldType.INT64, true, null)), UnknownFields.REJECT),
        new TopicDefinition(TOPIC, topicId, 1, TOPIC + ".dlq"),
        new StoreDefinition.Postgres("ops", "lane"),
        LoadMode.APPEND,
        1000,
        0.05,
        null);
  }

  private static LaneResult write(StoreLane lane) throws InterruptedException {
    var batch = new Batch(new CountedRows(0), StoreTraits.QUICK, System::nanoTime);
    var partition = new PartitionState(new TopicPartition(TOPIC, 0), 0);
    partition.claimed(
        new PartitionClaim(0, 0, null, new UUID(0, 0), Lineage.of(1), 1, "hash", null));
    batch.advance(partition, partition.position(), new LogPosition(5, null));
    lane.write(batch);
    return lane.take(Duration.ofSeconds(20)).orElseThrow();
  }

  /** However late it is seen: the claim had the right topic. */
  @Test
  void commitsNothingOnceTheTopicIsAnother() throws Exception {
    var writer = new GateKeeper();
    var kafka =
        new KafkaConnection(Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()));
    try (var admin = Admin.create(KAFKA)) {
      var definition = definition(create(admin));
      var deadLetters = new DeadLetterTopic(definition, kafka, "lane", Clock.systemUTC());
      var budget =
          new DeadLetterBudget(definition, new DeadLetterHistory(definition, kafka, "lane"));
      try (var topic = new TopicWatch(definition, Admin.create(KAFKA));
          var lane =
              new StoreLane(
                  definition,
                  writer,
                  new Replays(definition, writer, null),
                  topic,
                  deadLetters,
                  budget,
                  new Semaphore(0))) {
        assertThat(write(lane)).isInstanceOf(LaneResult.Written.class);
        assertThat(writer.commits).isEqualTo(1);

        admin.deleteTopics(List.of(TOPIC)).all().get(20, TimeUnit.SECONDS);
        await().ignoreExceptions().until(() -> !create(admin).isEmpty());
        TopicIds.await(admin, TOPIC);
        assertThat(write(lane))
            .isInstanceOfSatisfying(
                LaneResult.Ended.class,
                end ->
                    assertThat(end.why().termination().reason())
                        .isEqualTo(Termination.Reason.TopicRecreated));
        assertThat(writer.commits).isEqualTo(1);
      }
    }
  }
}
