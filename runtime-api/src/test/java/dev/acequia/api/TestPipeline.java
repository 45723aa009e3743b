package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import java.io.IOException;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A pipeline with its topic, its table and its API process; the tests fill the table themselves.
 */
final class TestPipeline implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();
  private static final int MAX_PAGE = 1000;

  final PipelineDefinition definition;
  final ApiProcess api;
  private final HttpClient http = HttpClient.newHttpClient();

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
    var name = "p" + NUMBER.incrementAndGet();
    var schema = new Schema(key, List.of(fields), UnknownFields.REJECT);
    createTable(name, schema, mode);
    var topic = createTopic("test." + name, Map.of());
    var definition =
        new PipelineDefinition(
            "test",
            name,
            null,
            schema,
            new TopicDefinition("test." + name, topic, 1, "test." + name + ".dlq"),
            new StoreDefinition.Postgres("public", name),
            mode,
            MAX_PAGE,
            null);
    return new TestPipeline(
        definition, ApiProcess.start(new ApiSettings(definition, environment(), 0, 0)));
  }

  static Map<String, String> environment() {
    var postgres = Servers.postgres();
    var environment = new HashMap<String, String>();
    environment.put("ACEQUIA_BIND_ADDRESS", "127.0.0.1");
    environment.put("KAFKA_BOOTSTRAP_SERVERS", Servers.kafka().bootstrapServers());
    environment.put("STORE_URI", postgres.uri("postgres"));
    environment.put("STORE_USERNAME", postgres.superuser());
    environment.put("STORE_PASSWORD", postgres.superuserPassword());
    return environment;
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

  private static void createTable(String name, Schema schema, LoadMode mode) {
    var sql = new StringBuilder("CREATE TABLE " + name + " (");
    for (var i = 0; i < schema.fields().size(); i++) {
      var field = schema.fields().get(i);
      sql.append('"').append(field.name()).append("\" ").append(column(field.type()));
      sql.append(schema.isRequired(i) ? " NOT NULL, " : ", ");
    }
    sql.append("_topic_id uuid NOT NULL, _partition int NOT NULL, _offset bigint NOT NULL,");
    sql.append("PRIMARY KEY (");
    sql.append(
        mode == LoadMode.UPSERT ? String.join(",", schema.key()) : "_topic_id,_partition,_offset");
    sql(sql + "))");
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

  /** Stores a JSON array of records, in their order, as the consumer would. */
  void store(String json) {
    sql(
        """
        INSERT INTO %1$s
        SELECT r.*, '00000000-0000-0000-0000-000000000001'::uuid, 0, n + (SELECT count(*) FROM %1$s)
        FROM jsonb_array_elements($json$%2$s$json$::jsonb) WITH ORDINALITY AS a(e, n),
        LATERAL jsonb_to_record(e) AS r(%3$s)
        """
            .formatted(
                definition.name(),
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

  /** What an endpoint of the management port says. */
  HttpResponse<String> management(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.managementPort() + path))
            .build(),
        BodyHandlers.ofString());
  }

  /** So many records of the topic, from its beginning; fails when there are more. */
  List<ConsumerRecord<byte[], byte[]>> topic(int count) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", Servers.kafka().bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(definition.topic().name(), 0);
      consumer.assign(List.of(partition));
      assertThat(consumer.endOffsets(List.of(partition))).containsEntry(partition, (long) count);
      consumer.seekToBeginning(List.of(partition));
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

  @Override
  public void close() {
    api.close();
  }
}
