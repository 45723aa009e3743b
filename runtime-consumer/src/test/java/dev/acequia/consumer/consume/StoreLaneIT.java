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
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.servers.TopicIds;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A lane's word to the store before it commits, with the topic in a real Kafka. */
class StoreLaneIT {
  private static final String TOPIC = "lane.flights";
  private static final Map<String, Object> KAFKA =
      Map.of("bootstrap.servers", Servers.kafka().bootstrapServers());

  /** Commits when the gate is open, and has nothing else to do. */
  private static final class GateKeeper implements StoreWriter {
    private final int judgements;
    private final List<RowRejection> rejections;
    private volatile int commits;

    /** How often each batch is judged: a store retries after a conflict. */
    GateKeeper(int judgements, RowRejection... rejections) {
      this.judgements = judgements;
      this.rejections = List.of(rejections);
    }

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
      for (var judgement = 0; judgement < judgements; judgement++) {
        gate.onOwned();
        for (var rejection : rejections) {
          gate.onRejected(rejection);
        }
        gate.beforeCommit(rejections);
      }
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

  private static LaneResult write(StoreLane lane, int rows) throws InterruptedException {
    var batch = new Batch(new CountedRows(0), StoreTraits.QUICK, System::nanoTime);
    for (var offset = 0; offset < rows; offset++) {
      batch.addedRowOf(
          new ConsumerRecord<>(TOPIC, 0, offset, ByteBuffer.allocate(1), ByteBuffer.allocate(1)),
          0,
          new Arrival().from(1, 0, offset));
    }
    var partition = new PartitionState(new TopicPartition(TOPIC, 0), 0);
    partition.claimed(
        new PartitionClaim(0, 0, null, new UUID(0, 0), Lineage.of(1), 1, "hash", null));
    batch.advance(partition, partition.position(), new LogPosition(2000, null));
    lane.write(batch);
    return lane.take(Duration.ofSeconds(20)).orElseThrow();
  }

  private interface Deed {
    void with(StoreLane lane) throws Exception;
  }

  private static void act(PipelineDefinition definition, StoreWriter writer, Deed deed)
      throws Exception {
    var kafka =
        new KafkaConnection(Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()));
    var deadLetters = new DeadLetterTopic(definition, kafka, "lane", Clock.systemUTC());
    var budget = new DeadLetterBudget(definition, new DeadLetterHistory(definition, kafka, "lane"));
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
      deed.with(lane);
    }
  }

  /** However late it is seen: the claim had the right topic. */
  @Test
  void commitsNothingOnceTheTopicIsAnother() throws Exception {
    var writer = new GateKeeper(1);
    try (var admin = Admin.create(KAFKA)) {
      act(
          definition(create(admin)),
          writer,
          lane -> {
            assertThat(write(lane, 0)).isInstanceOf(LaneResult.Written.class);
            assertThat(writer.commits).isEqualTo(1);

            admin.deleteTopics(List.of(TOPIC)).all().get(20, TimeUnit.SECONDS);
            await().ignoreExceptions().until(() -> !create(admin).isEmpty());
            TopicIds.await(admin, TOPIC);
            assertThat(write(lane, 0))
                .isInstanceOfSatisfying(
                    LaneResult.Ended.class,
                    end ->
                        assertThat(end.why().termination().reason())
                            .isEqualTo(Termination.Reason.TopicRecreated));
            assertThat(writer.commits).isEqualTo(1);
          });
      admin.deleteTopics(List.of(TOPIC)).all().get(20, TimeUnit.SECONDS);
    }
  }

  private static RowRejection[] rejections(int rows, ErrorClass errorClass) {
    return IntStream.range(0, rows)
        .mapToObj(row -> new RowRejection(row, errorClass, "made up"))
        .toArray(RowRejection[]::new);
  }

  /** The dead letters of a batch of 1,000 rows. */
  private static long lettersOf(StoreWriter writer) throws Exception {
    var letters = new TopicPartition(TOPIC + ".dlq", 0);
    try (var admin = Admin.create(KAFKA)) {
      await().ignoreExceptions().until(() -> !create(admin).isEmpty());
      admin
          .createTopics(List.of(new NewTopic(letters.topic(), Optional.of(1), Optional.empty())))
          .all()
          .get(20, TimeUnit.SECONDS);
      act(
          definition(TopicIds.await(admin, TOPIC)),
          writer,
          lane -> assertThat(write(lane, 1000)).isInstanceOf(LaneResult.Written.class));
      var end =
          admin
              .listOffsets(Map.of(letters, OffsetSpec.latest()))
              .partitionResult(letters)
              .get(20, TimeUnit.SECONDS)
              .offset();
      admin.deleteTopics(List.of(TOPIC, letters.topic())).all().get(20, TimeUnit.SECONDS);
      return end;
    }
  }

  /** Other commits conflict after each judgement. */
  @Test
  void aRowThatIsJudgedSeveralTimesHasOneLetterAndCountsOnce() throws Exception {
    // 60 of 1,000 would be more than one in 20.
    var writer = new GateKeeper(6, rejections(10, ErrorClass.RejectedByStore));
    assertThat(lettersOf(writer)).isEqualTo(10);
  }

  @Test
  void aCallerWhoUsesOneKeyForAllDoesNotEndTheLoad() throws Exception {
    var writer = new GateKeeper(1, rejections(900, ErrorClass.IdempotencyKeyReused));
    assertThat(lettersOf(writer)).isEqualTo(900);
  }
}
