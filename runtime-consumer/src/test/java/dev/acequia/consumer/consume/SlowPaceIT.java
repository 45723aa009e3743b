package dev.acequia.consumer.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.consumer.Servers;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreTraits;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.Row;
import dev.acequia.servers.TopicIds;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer of a store that commits seldom, which stands in, with its topic in a real Kafka. */
class SlowPaceIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Map<String, Object> KAFKA =
      Map.of("bootstrap.servers", Servers.kafka().bootstrapServers());
  private static final Schema SCHEMA =
      new Schema(
          List.of(), List.of(new Field("id", FieldType.INT64, true, null)), UnknownFields.REJECT);
  private static final int ROW_BYTES = 8;

  private final String topic = "ops.slow-" + COUNT.incrementAndGet();
  private final Admin admin = Admin.create(KAFKA);
  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(KAFKA, new ByteArraySerializer(), new ByteArraySerializer());
  private String topicId = "";

  /** In the time of a test, only a full batch is due. */
  private record Seldom(long batchBytes) implements StoreDefinition {
    @Override
    public String kind() {
      return "seldom";
    }

    @Override
    public StoreTraits traits() {
      return new StoreTraits(Duration.ofHours(1), batchBytes, 1, false, Duration.ofHours(2));
    }
  }

  /** Holds no negative ids. */
  private static final class Ids implements StoreBatch {
    private final List<Long> ids = new CopyOnWriteArrayList<>();

    @Override
    public void add(Row row, Arrival arrival) throws BadRecordException {
      if (row.longAt(0) < 0) {
        throw new BadRecordException(ErrorClass.OutOfRange, "id", "is below 0");
      }
      ids.add(row.longAt(0));
    }

    @Override
    public void addDeletion(Row key, Arrival arrival) {
      throw new IllegalStateException("nothing is deleted");
    }

    @Override
    public void expectDuplicates() {}

    @Override
    public int rows() {
      return ids.size();
    }

    @Override
    public long bytes() {
      return (long) ids.size() * ROW_BYTES;
    }

    @Override
    public void clear() {
      ids.clear();
    }
  }

  private final class Writer implements StoreWriter {
    private final List<Ids> batches = new ArrayList<>();
    private final List<List<Long>> commits = new CopyOnWriteArrayList<>();
    private long next;
    private long fence;

    int atHand() {
      return batches.stream().mapToInt(Ids::rows).sum();
    }

    @Override
    public void probe() {}

    @Override
    public StoreBatch newBatch() {
      var batch = new Ids();
      batches.add(batch);
      return batch;
    }

    @Override
    public Optional<PartitionClaim> claim(int partition) {
      return Optional.of(
          new PartitionClaim(
              partition,
              next,
              null,
              definition(1).topic().uuid(),
              Lineage.of(1),
              ++fence,
              SCHEMA.hash(),
              null));
    }

    @Override
    public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind) {
      return Optional.of(claim);
    }

    @Override
    public <E extends Exception> WriteResult write(
        StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate) throws E {
      gate.onOwned();
      gate.beforeCommit(List.of());
      commits.add(List.copyOf(((Ids) batch).ids));
      next = advances.getFirst().to();
      return new WriteResult.Stored(batch.rows(), 0, 0);
    }

    @Override
    public void close() {}
  }

  /** A consumer on a thread of its own. */
  private record Running(PipelineConsumer consumer, FutureTask<Void> work) {
    void stop() throws Exception {
      consumer.stop();
      work.get(30, TimeUnit.SECONDS);
    }
  }

  @BeforeEach
  void createTopics() throws Exception {
    var created =
        admin.createTopics(
            List.of(
                new NewTopic(topic, Optional.of(1), Optional.empty()),
                new NewTopic(topic + ".dlq", Optional.of(1), Optional.empty())));
    topicId = created.topicId(topic).get(20, TimeUnit.SECONDS).toString();
    created.all().get(20, TimeUnit.SECONDS);
    TopicIds.await(admin, topic);
  }

  @AfterEach
  void close() {
    producer.close();
    admin.close();
  }

  private PipelineDefinition definition(long batchBytes) {
    return new PipelineDefinition(
        "ops",
        topic.substring("ops.".length()),
        null,
        SCHEMA,
        new TopicDefinition(topic, topicId, 1, topic + ".dlq"),
        new Seldom(batchBytes),
        LoadMode.APPEND,
        1000,
        1.0,
        null);
  }

  private Running start(Writer writer, long batchBytes) {
    var consumer =
        new PipelineConsumer(
            definition(batchBytes),
            new KafkaConnection(Map.of("bootstrap.servers", Servers.kafka().bootstrapServers())),
            List.of(writer),
            new MetricSet(new PrometheusRegistry()),
            topic);
    var work =
        new FutureTask<Void>(
            () -> {
              consumer.run();
              return null;
            });
    Thread.ofPlatform().start(work);
    return new Running(consumer, work);
  }

  private void send(long... ids) {
    for (var id : ids) {
      producer.send(
          new ProducerRecord<>(topic, ("{\"id\":" + id + "}").getBytes(StandardCharsets.UTF_8)));
    }
    producer.flush();
  }

  private long committed() throws Exception {
    return Objects.requireNonNull(
            admin
                .listConsumerGroupOffsets(definition(1).consumerGroup())
                .partitionsToOffsetAndMetadata()
                .get(20, TimeUnit.SECONDS)
                .get(new TopicPartition(topic, 0)))
        .offset();
  }

  private List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    try (var consumer =
        new KafkaConsumer<>(KAFKA, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic + ".dlq", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      var end = Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition));
      var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
      return found;
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String key) {
    return new String(letter.headers().lastHeader(key).value(), StandardCharsets.UTF_8);
  }

  @Test
  void storesWhatIsAtHandWhenItIsStopped() throws Exception {
    var writer = new Writer();
    var running = start(writer, 1 << 20);
    send(0, 1, 2);
    await().atMost(LIMIT).until(() -> writer.atHand() == 3);
    send(3, 4);
    await().atMost(LIMIT).until(() -> writer.atHand() == 5);
    assertThat(writer.commits).isEmpty();
    running.stop();
    assertThat(writer.commits).containsExactly(List.of(0L, 1L, 2L, 3L, 4L));
    assertThat(committed()).isEqualTo(5);
  }

  @Test
  void storesWhatIsAsLargeAsTheStoreWantsIt() throws Exception {
    var writer = new Writer();
    var running = start(writer, 3 * ROW_BYTES);
    send(0, 1);
    await().atMost(LIMIT).until(() -> writer.atHand() == 2);
    assertThat(writer.commits).isEmpty();
    send(2);
    await().atMost(LIMIT).until(() -> !writer.commits.isEmpty());
    assertThat(writer.commits).containsExactly(List.of(0L, 1L, 2L));
    running.stop();
  }

  @Test
  void makesOneDeadLetterOfWhatTheStoreCannotHold() throws Exception {
    var writer = new Writer();
    var running = start(writer, 1 << 20);
    send(1, -2, 3);
    await().atMost(LIMIT).until(() -> writer.atHand() == 2);
    running.stop();
    assertThat(writer.commits).containsExactly(List.of(1L, 3L));
    assertThat(deadLetters())
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.value()).asString().isEqualTo("{\"id\":-2}");
              assertThat(header(letter, "acequia-error-class")).isEqualTo("OutOfRange");
              assertThat(header(letter, "acequia-error-field")).isEqualTo("id");
              assertThat(header(letter, "acequia-error-message")).isEqualTo("is below 0");
              assertThat(header(letter, "acequia-source-offset")).isEqualTo("1");
            });
    assertThat(committed()).isEqualTo(3);
  }
}
