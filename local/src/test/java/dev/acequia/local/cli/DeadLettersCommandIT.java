package dev.acequia.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.servers.KafkaServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters as `dead-letters list` shows them and `dead-letters redrive` sends them back. */
class DeadLettersCommandIT {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir static Path folder;
  private static KafkaServer kafka;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;

  private final String pipeline = "flights-" + COUNT.incrementAndGet();
  private String topicId = "";

  @BeforeAll
  static void start() {
    kafka = KafkaServer.start(folder);
    admin = Admin.create(settings());
    producer =
        new KafkaProducer<>(settings(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    producer.close(Duration.ZERO);
    admin.close();
    kafka.close();
  }

  private static Map<String, Object> settings() {
    return Map.of("bootstrap.servers", kafka.bootstrapServers());
  }

  @BeforeEach
  void createTopics() throws Exception {
    var created =
        admin.createTopics(
            List.of(
                new NewTopic(topic(), Optional.of(3), Optional.empty()),
                new NewTopic(topic() + ".dlq", Optional.of(1), Optional.empty())
                    .configs(Map.of(TopicConfig.RETENTION_MS_CONFIG, "-1")))); // for old letters
    created.all().get();
    topicId = created.topicId(topic()).get().toString();
    for (var partition = 0; partition < 3; partition++) {
      for (var offset = 0; offset < 10; offset++) {
        producer.send(new ProducerRecord<>(topic(), partition, null, bytes("{}")));
      }
    }
    producer.flush();
  }

  private String topic() {
    return "ops." + pipeline;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Header header(RecordHeader name, String value) {
    return new org.apache.kafka.common.header.internals.RecordHeader(name.key(), bytes(value));
  }

  private Stream<Header> source(int partition, long offset) {
    return Stream.of(
        header(RecordHeader.SOURCE_TOPIC, topic()),
        header(RecordHeader.SOURCE_TOPIC_ID, topicId),
        header(RecordHeader.SOURCE_PARTITION, Integer.toString(partition)),
        header(RecordHeader.SOURCE_OFFSET, Long.toString(offset)),
        header(RecordHeader.SOURCE_TIMESTAMP, "1772366400000"));
  }

  private static Stream<Header> error(String errorClass, Instant time) {
    return Stream.of(
        header(RecordHeader.PIPELINE, "ops/flights"),
        header(RecordHeader.SCHEMA_HASH, "0123456789abcdef"),
        header(RecordHeader.ERROR_CLASS, errorClass),
        header(RecordHeader.ERROR_FIELD, "gate"),
        header(RecordHeader.ERROR_MESSAGE, "the schema has no field of this name"),
        header(RecordHeader.ERROR_TIME, time.toString()));
  }

  private void putAside(byte @Nullable [] value, Stream<Header> headers, Instant time) {
    producer.send(
        new ProducerRecord<>(
            topic() + ".dlq",
            0,
            time.toEpochMilli(),
            bytes("a key"),
            value,
            headers.collect(Collectors.toList())));
    producer.flush();
  }

  /** A letter as the consumer writes them. */
  private void putAside(String value, int partition, long offset, String errorClass, int minutes) {
    var time = NOW.plus(Duration.ofMinutes(minutes));
    putAside(bytes(value), Stream.concat(source(partition, offset), error(errorClass, time)), time);
  }

  private CommandLineRun run(String command, String... more) {
    var all =
        new ArrayList<>(
            List.of(
                "dead-letters",
                command,
                pipeline,
                "-n",
                "ops",
                "--bootstrap-servers",
                kafka.bootstrapServers()));
    all.addAll(List.of(more));
    return CommandLineRun.of(all.toArray(String[]::new));
  }

  private List<JsonNode> json(String... more) throws Exception {
    var all = new ArrayList<>(List.of(more));
    all.addAll(List.of("-o", "json"));
    var run = run("list", all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    var lines = new ArrayList<JsonNode>();
    for (var line : run.out().lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  private List<String> listed(String... more) throws Exception {
    return json(more).stream().map(line -> line.get("value").asText()).toList();
  }

  /** What the topic holds beyond the ten records it began with. */
  private List<ConsumerRecord<byte[], byte[]>> redriven() {
    try (var consumer =
        new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          IntStream.range(0, 3).mapToObj(number -> new TopicPartition(topic(), number)).toList();
      consumer.assign(partitions);
      partitions.forEach(partition -> consumer.seek(partition, 10));
      var ends = consumer.endOffsets(partitions);
      var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
      while (partitions.stream()
          .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        consumer.poll(Duration.ofMillis(100)).forEach(found::add);
      }
      return found;
    }
  }

  @Test
  void listsEachRecordOnceAsItWasPutAsideLast() throws Exception {
    putAside("one", 0, 3, "UnknownField", 0);
    putAside("two", 1, 3, "UnknownField", 1);
    putAside("one", 0, 3, "UnknownField", 2);
    putAside("one", 0, 3, "WrongType", 3);

    var run = run("list");

    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines().toList())
        .containsExactly(
            "PUT ASIDE             SOURCE          LETTER      ERROR             MESSAGE           "
                + "                                  VALUE",
            "2026-03-01T12:01:00Z  1:3             0:1         UnknownField      gate: the schema"
                + " has no field of this name          two",
            "2026-03-01T12:03:00Z  0:3             0:3         WrongType         gate: the schema"
                + " has no field of this name          one",
            "2 dead letters, UnknownField 1, WrongType 1",
            "2 repeats of the same records are left out");
  }

  @Test
  void filtersByTimeErrorAndCoordinates() throws Exception {
    putAside("a", 0, 1, "UnknownField", 0);
    putAside("b", 0, 2, "WrongType", 10);
    putAside("c", 1, 2, "UnknownField", 20);
    putAside("d", 2, 9, "OutOfRange", 30);

    assertThat(listed("--since", "2026-03-01T12:10:00Z")).containsExactly("b", "c", "d");
    assertThat(listed("--until", "2026-03-01T12:10:00Z")).containsExactly("a");
    assertThat(listed("--since", "2026-03-02")).isEmpty();
    assertThat(listed("--since", "1s")).isEmpty();
    assertThat(listed("--error", "unknownfield")).containsExactly("a", "c");
    assertThat(listed("--error", "WrongType,OutOfRange")).containsExactly("b", "d");
    assertThat(listed("--source", "0")).containsExactly("a", "b");
    assertThat(listed("--source", "0:2", "--source", "2:5-9")).containsExactly("b", "d");
    assertThat(listed("--letter", "0:1-2")).containsExactly("b", "c");
    assertThat(listed("--limit", "3")).containsExactly("a", "b", "c");
    assertThat(run("list", "--limit", "3").out()).contains("1 more are beyond --limit");
  }

  @Test
  void showsAllThereIsAsJsonAndKeepsBinaryReadable() throws Exception {
    byte[] soup = {'{', (byte) 0xff, 0, '}'};
    putAside(
        soup,
        Stream.of(
                source(2, 7),
                error("InvalidText", NOW),
                Stream.<Header>of(
                    new org.apache.kafka.common.header.internals.RecordHeader(
                        "trace", new byte[] {(byte) 0x80})))
            .flatMap(headers -> headers),
        NOW);
    putAside((byte[]) null, Stream.of(), NOW);

    var lines = json();
    assertThat(lines).hasSize(2);
    var first = lines.getFirst();
    assertThat(first.at("/letter/offset").asLong()).isZero();
    assertThat(first.at("/letter/putAside").asText()).isEqualTo("2026-03-01T12:00:00Z");
    assertThat(first.at("/source/topicId").asText()).isEqualTo(topicId);
    assertThat(first.at("/source/partition").asInt()).isEqualTo(2);
    assertThat(first.at("/source/offset").asLong()).isEqualTo(7);
    assertThat(first.at("/source/time").asText()).isEqualTo("2026-03-01T12:00:00Z");
    assertThat(first.at("/error/class").asText()).isEqualTo("InvalidText");
    assertThat(first.at("/error/field").asText()).isEqualTo("gate");
    assertThat(first.get("key").asText()).isEqualTo("a key");
    assertThat(first.get("value").asText()).isEqualTo("{\\xff\\x00}");
    assertThat(first.get("valueBase64").binaryValue()).isEqualTo(soup);
    assertThat(first.get("headers"))
        .anySatisfy(
            header -> {
              assertThat(header.get("name").asText()).isEqualTo("trace");
              assertThat(header.get("valueBase64").binaryValue()).isEqualTo(new byte[] {-128});
            });
    assertThat(lines.getLast().get("value").isNull()).isTrue();
    assertThat(lines.getLast().has("source")).isFalse();
    assertThat(run("list").out()).contains("{\\xff\\x00}").contains("(none)");
  }

  @Test
  void showsBeforeItSends() throws Exception {
    putAside("one", 0, 3, "UnknownField", 0);

    var run = run("redrive", "--dry-run");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("0:3").contains("Nothing was sent to " + topic());
    assertThat(redriven()).isEmpty();
  }

  @Test
  void sendsTheRecordsBytesBackWithItsCoordinates() throws Exception {
    byte[] soup = {'{', (byte) 0xff, 0, '}'};
    var own = new org.apache.kafka.common.header.internals.RecordHeader("trace", new byte[] {7});
    var before = System.currentTimeMillis();
    putAside(
        soup,
        Stream.of(Stream.<Header>of(own), source(2, 7), error("InvalidText", NOW))
            .flatMap(headers -> headers),
        NOW);
    putAside("one", 1, 3, "UnknownField", 1);
    putAside("one", 1, 3, "WrongType", 2);

    var run = run("redrive", "--yes");

    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("2 are sent\n")
        .contains("./acequia dead-letters list " + pipeline + " -n ops --since 20");
    var sent = redriven();
    assertThat(sent).hasSize(2);
    var record = sent.stream().filter(one -> one.partition() == 2).findFirst().orElseThrow();
    assertThat(record.key()).isEqualTo(bytes("a key"));
    assertThat(record.value()).isEqualTo(soup);
    assertThat(record.timestamp()).isGreaterThanOrEqualTo(before);
    assertThat(Arrays.stream(record.headers().toArray()).map(Header::key))
        .containsExactly(
            "trace",
            "acequia-source-topic",
            "acequia-source-topic-id",
            "acequia-source-partition",
            "acequia-source-offset",
            "acequia-source-timestamp");

    assertThat(run("redrive", "--yes", "--error", "WrongType").exitCode()).isZero();
    assertThat(redriven()).hasSize(3);
  }

  /** The topic takes little; each letter was in it compressed. */
  @Test
  void goesOnBehindALetterThatIsTooLarge() throws Exception {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic());
    var limit = new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "20000");
    admin
        .incrementalAlterConfigs(
            Map.of(resource, List.of(new AlterConfigOp(limit, AlterConfigOp.OpType.SET))))
        .all()
        .get();
    var random = new byte[100_000];
    new Random(1).nextBytes(random);
    putAside("x".repeat(100_000), 0, 2, "WrongType", 0);
    putAside(random, Stream.concat(source(1, 3), error("InvalidText", NOW)), NOW);
    putAside("small", 2, 4, "WrongType", 1);

    var run = run("redrive", "--yes");

    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).contains("2 are sent\n").contains(topic() + "-1@3, of 100,005 bytes");
    assertThat(run.err())
        .contains("1 are too large for " + topic())
        .contains("max.message.bytes from 20,000");
    assertThat(redriven()).hasSize(2);
  }

  /** After its log was cut, a partition has had two records at one offset. */
  @Test
  void tellsLettersApartByTheGenerationOfTheirLog() throws Exception {
    for (var generation : List.of("1", "2", "2")) {
      putAside(
          bytes("of " + generation),
          Stream.concat(
              Stream.concat(
                  source(1, 3), Stream.of(header(RecordHeader.SOURCE_GENERATION, generation))),
              error("UnknownField", NOW)),
          NOW);
    }
    // Lost by the cut: only its generation says that it stood there.
    putAside(
        bytes("beyond the end"),
        Stream.concat(
            Stream.concat(source(1, 50), Stream.of(header(RecordHeader.SOURCE_GENERATION, "1"))),
            error("UnknownField", NOW)),
        NOW);

    assertThat(json())
        .extracting(letter -> letter.path("source").path("generation").asInt())
        .containsExactly(1, 2, 1);
    assertThat(run("list").out()).contains("  1:3 g2  ").contains("1 repeats of the same records");
    assertThat(run("redrive", "--yes").out()).contains("3 are sent");
    assertThat(redriven())
        .extracting(
            record ->
                new String(
                    record.headers().lastHeader(RecordHeader.SOURCE_GENERATION.key()).value(),
                    StandardCharsets.UTF_8))
        .containsExactlyInAnyOrder("1", "2", "1");
  }

  @Test
  void leavesOutWhatHasNoPlaceInTheTopic() throws Exception {
    putAside("fine", 1, 3, "UnknownField", 0);
    putAside("beyond the end", 1, 10, "UnknownField", 0);
    putAside("no such partition", 3, 0, "UnknownField", 0);
    putAside(
        null,
        Stream.of(
                source(1, 5),
                error("TooLong", NOW),
                Stream.of(header(RecordHeader.LEFT_OUT, "a value of 20971520 bytes")))
            .flatMap(parts -> parts),
        NOW);
    topicId = "AAAAAAAAAAAAAAAAAAAAAQ";
    putAside("former topic", 1, 4, "UnknownField", 0);
    putAside(bytes("a stranger's"), Stream.of(), NOW);

    var run = run("redrive", "--yes");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("1 are left out, of the topic before it was deleted and created again")
        .contains("1 are left out, of records that were larger than a dead letter may be")
        .contains("1 are left out, without source coordinates")
        .contains("2 are left out, of a place that the topic does not have")
        .contains("1 are sent");
    assertThat(redriven()).hasSize(1);
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(CommandLineRun.of("dead-letters").err()).contains("list or redrive?");
    assertThat(run("list", "--since", "yesterday").err()).contains("30m, 2h, 7d");
    assertThat(run("list", "--error", "Nonsense").err()).contains("there are Malformed, ");
    assertThat(run("list", "--source", "x").err()).contains("0:1200-1300");
    assertThat(run("list", "--limit", "0").err()).contains("use 1 or more");
    assertThat(
            CommandLineRun.of(
                    "dead-letters",
                    "list",
                    "nobody",
                    "-n",
                    "ops",
                    "--bootstrap-servers",
                    kafka.bootstrapServers())
                .err())
        .contains("has no topic ops.nobody.dlq");
  }
}
