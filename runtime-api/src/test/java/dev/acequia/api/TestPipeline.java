package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.TopicLog;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A pipeline with its topic, its table and its API process; the tests fill the table themselves.
 */
final class TestPipeline implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final int MAX_PAGE = 1000;
  static final String READER = "reader";
  private static final String READER_PASSWORD = "reader-secret";

  final PipelineDefinition definition;
  final ApiProcess api;
  private final HttpClient http = HttpClient.newHttpClient();
  private long mark;

  private TestPipeline(PipelineDefinition definition, ApiProcess api) {
    this.definition = definition;
    this.api = api;
  }

  static Field field(String name, FieldType type) {
    return new Field(name, type, false, null);
  }

  static Field required(String name, FieldType type) {
    return new Field(name, type, true, null);
  }

  static TestPipeline start(LoadMode mode, List<String> key, Field... fields) {
    return start(Map.of(), mode, key, fields);
  }

  /** With further variables in the API process's environment. */
  static TestPipeline start(
      Map<String, String> variables, LoadMode mode, List<String> key, Field... fields) {
    return start(Duration.ZERO, variables, mode, key, fields);
  }

  /**
   * A pipeline that takes its leave.
   *
   * @param farewell how long it goes on answering once it was told to stop
   */
  static TestPipeline start(
      Duration farewell,
      Map<String, String> variables,
      LoadMode mode,
      List<String> key,
      Field... fields) {
    var environment = new HashMap<>(environment());
    environment.putAll(variables);
    var definition =
        define(table -> new StoreDefinition.Postgres("test", table), mode, key, fields);
    migrate(definition);
    return new TestPipeline(
        definition, ApiProcess.start(new ApiSettings(definition, environment, 0, 0, farewell)));
  }

  /**
   * A pipeline with a store of another kind.
   *
   * @param store by the table's name
   * @param variables by which the migration, the writer and the API reach it
   */
  static TestPipeline startOn(
      Function<String, StoreDefinition> store,
      Map<String, String> variables,
      LoadMode mode,
      List<String> key,
      Field... fields) {
    var definition = define(store, mode, key, fields);
    var environment = new HashMap<>(kafkaEnvironment());
    environment.putAll(variables);
    migrate(definition, environment);
    return new TestPipeline(
        definition,
        ApiProcess.start(new ApiSettings(definition, environment, 0, 0, Duration.ZERO)));
  }

  private static PipelineDefinition define(
      Function<String, StoreDefinition> store, LoadMode mode, List<String> key, Field... fields) {
    var name = "p" + NUMBER.incrementAndGet();
    return new PipelineDefinition(
        "test",
        name,
        null,
        new Schema(key, List.of(fields), UnknownFields.REJECT),
        new TopicDefinition(
            "test." + name, createTopic("test." + name, Map.of()), 1, "test." + name + ".dlq"),
        store.apply(name),
        mode,
        MAX_PAGE,
        0.05,
        null);
  }

  private static Map<String, String> kafkaEnvironment() {
    return Map.of(
        "ACEQUIA_BIND_ADDRESS",
        "127.0.0.1",
        "KAFKA_BOOTSTRAP_SERVERS",
        Servers.kafka().bootstrapServers());
  }

  static Map<String, String> environment() {
    var environment = new HashMap<>(kafkaEnvironment());
    environment.put("STORE_URI", Servers.postgres().uri("postgres"));
    environment.put("STORE_USERNAME", READER);
    environment.put("STORE_PASSWORD", READER_PASSWORD);
    return environment;
  }

  /** As the database's owner, which may write, too. */
  static Map<String, String> ownersEnvironment() {
    var environment = new HashMap<>(environment());
    environment.put("STORE_USERNAME", Servers.postgres().superuser());
    environment.put("STORE_PASSWORD", Servers.postgres().superuserPassword());
    return environment;
  }

  /** What another process of the pipeline starts with. */
  ApiSettings settings() {
    return new ApiSettings(definition, environment(), 0, 0, Duration.ZERO);
  }

  /**
   * The table, made as it is for any pipeline, and its grants to the one role that all read with.
   */
  static void migrate(PipelineDefinition definition) {
    var administrator = new HashMap<>(environment());
    administrator.put("STORE_USERNAME", Servers.postgres().superuser());
    administrator.put("STORE_PASSWORD", Servers.postgres().superuserPassword());
    administrator.put("STORE_READER_USERNAME", Reader.READY);
    migrate(definition, administrator);
  }

  private static void migrate(PipelineDefinition definition, Map<String, String> environment) {
    var id = Uuid.fromString(definition.topic().id());
    var log =
        new TopicLog(
            new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()),
            List.of(new TopicLog.Range(0, 0, null)),
            (partition, offset, leaderEpoch) -> Optional.empty());
    try {
      StoreMigration.open(definition, environment).migrate(log);
    } catch (TerminationException | StoreUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A ready role: one that a migration makes is of one pipeline. */
  private static final class Reader {
    static final String READY = create();

    private static String create() {
      try (var connection = Servers.postgres().connect("postgres");
          var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(READER, READER_PASSWORD));
        return READER;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  static String createTopic(String name, Map<String, String> settings) {
    try (var admin =
        Admin.create(Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()))) {
      var topic = new NewTopic(name, 1, (short) 1).configs(settings);
      return admin.createTopics(List.of(topic)).topicId(name).get().toString();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String column(FieldType type) {
    return switch (type) {
      case STRING -> "text";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case DOUBLE -> "double precision";
      case DECIMAL -> "numeric";
      case BOOLEAN -> "boolean";
      case DATE -> "date";
      case TIMESTAMP -> "timestamptz";
      case UUID -> "uuid";
      case JSON -> "jsonb";
    };
  }

  static void sql(String statement) {
    try (var connection = Servers.postgres().connect("postgres");
        var run = connection.createStatement()) {
      run.execute(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  /** The table's qualified name. */
  String table() {
    return "test." + definition.name();
  }

  /** Stores a JSON array of records, in their order, as the consumer would. */
  void store(String json) {
    sql(
        """
        INSERT INTO %1$s
        SELECT r.*, 1, 0, a.at + (SELECT count(*) FROM %1$s)
        FROM jsonb_array_elements($json$%2$s$json$::jsonb) WITH ORDINALITY AS a(e, at),
        LATERAL jsonb_to_record(a.e) AS r(%3$s)
        """
            .formatted(
                table(),
                json,
                String.join(
                    ",",
                    definition.schema().fields().stream()
                        .map(field -> '"' + field.name() + "\" " + column(field.type()))
                        .toList())));
  }

  HttpResponse<String> get(String path, String... headers) throws IOException {
    return send(request(path, headers).GET());
  }

  HttpResponse<String> post(String contentType, String body, String... headers) throws IOException {
    return post("/v1/records", contentType, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  HttpResponse<String> post(String path, String contentType, byte[] body, String... headers)
      throws IOException {
    return send(
        request(path, headers)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpRequest.Builder request(String path, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path))
            .timeout(Duration.ofSeconds(60));
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What is answered to a request that no client would write. */
  String raw(String request) throws IOException {
    try (var socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  HttpResponse<byte[]> bytes(String path, String... headers)
      throws IOException, InterruptedException {
    return http.send(request(path, headers).GET().build(), BodyHandlers.ofByteArray());
  }

  /** What an endpoint of the management port says. */
  HttpResponse<String> management(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.managementPort() + path))
            .build(),
        BodyHandlers.ofString());
  }

  /** Forgets what the topic holds: {@link #topic} tells what came since. */
  void mark() {
    try (var consumer = consumer()) {
      mark = end(consumer);
    }
  }

  /** The records that came into the topic; fails unless there are so many. */
  List<ConsumerRecord<byte[], byte[]>> topic(int count) {
    var records = topicAtLeast(count);
    assertThat(records).hasSize(count);
    return records;
  }

  /** All records that came into the topic; fails when there are fewer. */
  List<ConsumerRecord<byte[], byte[]>> topicAtLeast(int least) {
    try (var consumer = consumer()) {
      var count = end(consumer) - mark;
      assertThat(count).isGreaterThanOrEqualTo(least);
      consumer.assign(List.of(partition()));
      consumer.seek(partition(), mark);
      var records = new java.util.ArrayList<ConsumerRecord<byte[], byte[]>>();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
                return records.size() >= count;
              });
      return records;
    }
  }

  private TopicPartition partition() {
    return new TopicPartition(definition.topic().name(), 0);
  }

  private static KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  private long end(KafkaConsumer<byte[], byte[]> consumer) {
    return consumer.endOffsets(List.of(partition())).getOrDefault(partition(), -1L);
  }

  @Override
  public void close() {
    api.close();
  }
}
