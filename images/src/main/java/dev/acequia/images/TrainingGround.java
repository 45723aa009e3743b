package dev.acequia.images;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.Lifeline;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.ProcessGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** A Kafka, a PostgreSQL and a pipeline of flights for an image's processes to work on. */
final class TrainingGround implements AutoCloseable {
  /** The kind of store it has. */
  static final String STORE = StoreDefinition.Postgres.KIND;

  private static final String TOPIC = "training.flights";
  private static final String TABLE = "training.flights";
  private static final int PARTITIONS = 4;

  /** Enough for the compiler to have seen every hot loop as it is. */
  private static final int RECORDS = 200_000;

  /** Of so many records the last two are broken, and refused by the table. */
  private static final int BAD_EVERY = RECORDS / 10;

  /** No origin in the table's eyes. */
  private static final String REFUSED = "NOWHERE";

  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** The virtual machine writes its cache when it ends. */
  private static final Duration END_LIMIT = Duration.ofMinutes(2);

  private static final long POLL_MS = 50;

  private final Path image;
  private final List<String> records;
  private final Path folder;
  private final KafkaServer kafka;
  private final PostgresServer postgres;
  private final List<Process> processes = new ArrayList<>();

  private TrainingGround(
      Path image, List<String> records, Path folder, KafkaServer kafka, PostgresServer postgres) {
    this.image = image;
    this.records = records;
    this.folder = folder;
    this.kafka = kafka;
    this.postgres = postgres;
  }

  /**
   * Starts both servers and prepares the pipeline.
   *
   * @param records as in {@code examples/flights.ndjson}
   */
  static TrainingGround open(Path image, List<String> records)
      throws IOException, InterruptedException, ExecutionException {
    var folder = Files.createTempDirectory("acequia-training-");
    var kafka = KafkaServer.start(folder.resolve("kafka"));
    var postgres = PostgresServer.start(folder.resolve("postgres"));
    var ground = new TrainingGround(image, records, folder, kafka, postgres);
    try {
      ground.prepare();
      return ground;
    } catch (RuntimeException | IOException | ExecutionException e) {
      ground.close();
      throw e;
    }
  }

  /** Has the consumer take a topic into its table, but for what is broken or refused. */
  void consume(Path cache) throws IOException, InterruptedException {
    refuseSome();
    fill();
    var consumer = start(List.of("consumer"), environment(), cache);
    awaitRows(consumer);
    end(consumer, cache);
  }

  /** Has the API take records and answer queries. */
  void serve(Path cache) throws IOException, InterruptedException {
    var api = start(List.of("api"), environment(), cache);
    try (var client = HttpClient.newHttpClient()) {
      var base = "http://" + address() + ":8080";
      var some = String.join("\n", records.subList(0, 500));
      var push =
          HttpRequest.newBuilder(URI.create(base + "/v1/records"))
              .header("Content-Type", "application/x-ndjson")
              .POST(BodyPublishers.ofString(some))
              .build();
      awaitAnswer(client, push, api);
      for (var turn = 0; turn < 20; turn++) {
        for (var accepted : List.of("application/json", "application/x-ndjson", "text/csv")) {
          for (var query :
              List.of(
                  "/v1/records?limit=100",
                  "/v1/records?carrier=eq.UA&dep_delay=gt.60&order=dep_delay.desc&limit=10",
                  "/v1/records?select=origin,count()",
                  "/openapi.json")) {
            send(
                client,
                HttpRequest.newBuilder(URI.create(base + query))
                    .header("Accept", query.startsWith("/v1") ? accepted : "application/json")
                    .build());
          }
        }
        send(client, push);
      }
    }
    end(api, cache);
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    postgres.close();
    kafka.close();
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void prepare() throws IOException, InterruptedException, ExecutionException {
    try (var admin =
        Admin.create(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()))) {
      var created =
          admin.createTopics(
              Stream.of(TOPIC, TOPIC + ".dlq")
                  .map(name -> new NewTopic(name, Optional.of(PARTITIONS), Optional.empty()))
                  .toList());
      created.all().get();
      Files.writeString(
          folder.resolve("definition.json"),
          definition(created.topicId(TOPIC).get().toString()).toJson());
    }
    var migration = start(List.of("migrate"), environment(), null);
    if (!migration.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || migration.exitValue() != 0) {
      throw new IllegalStateException("the migration failed: " + log("migrate"));
    }
  }

  private static PipelineDefinition definition(String topicId) {
    return PipelineDefinition.fromJson(
        """
        {"namespace": "training", "name": "flights", "mode": "append", "maxPageSize": 1000,
         "topic": {"name": "%1$s", "id": "%2$s", "partitions": %3$d, "deadLetterName": "%1$s.dlq"},
         "store": {"kind": "postgres", "schema": "training", "table": "flights"},
         "schema": {"unknownFields": "reject",
           "key": ["time_hour", "carrier", "flight", "origin"],
           "fields": [
             {"name": "time_hour", "type": "timestamp", "required": true},
             {"name": "carrier", "type": "string", "required": true},
             {"name": "flight", "type": "int32", "required": true},
             {"name": "origin", "type": "string", "required": true},
             {"name": "dest", "type": "string", "required": true},
             {"name": "tailnum", "type": "string", "required": false},
             {"name": "year", "type": "int32", "required": false},
             {"name": "month", "type": "int64", "required": false},
             {"name": "day", "type": "int32", "required": false},
             {"name": "hour", "type": "int32", "required": false},
             {"name": "minute", "type": "int32", "required": false},
             {"name": "sched_dep_time", "type": "int32", "required": false},
             {"name": "dep_time", "type": "int32", "required": false},
             {"name": "dep_delay", "type": "double", "required": false},
             {"name": "sched_arr_time", "type": "int32", "required": false},
             {"name": "arr_time", "type": "int32", "required": false},
             {"name": "arr_delay", "type": "double", "required": false},
             {"name": "air_time", "type": "decimal", "required": false},
             {"name": "distance", "type": "double", "required": false}]}}
        """
            .formatted(TOPIC, topicId, PARTITIONS));
  }

  private void refuseSome() {
    try (var connection = postgres.connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("ALTER TABLE " + TABLE + " ADD CHECK (origin <> '" + REFUSED + "')");
    } catch (SQLException e) {
      throw new IllegalStateException("the table of the training cannot be changed", e);
    }
  }

  private void fill() {
    try (var producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (var i = 0; i < RECORDS; i++) {
        // What is missing is missed when the rows are counted.
        var _ =
            producer.send(
                new ProducerRecord<>(
                    TOPIC,
                    i / 1000 % PARTITIONS,
                    null,
                    record(i).getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  private String record(int number) {
    var good = records.get(number % records.size());
    return switch (number % BAD_EVERY) {
      case BAD_EVERY - 2 -> good.replace('}', ' ');
      case BAD_EVERY - 1 ->
          good.replaceFirst("\"origin\":\"[^\"]*\"", "\"origin\":\"" + REFUSED + "\"");
      default -> good;
    };
  }

  private void awaitRows(Process consumer) throws IOException, InterruptedException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (rows() < RECORDS - 2 * RECORDS / BAD_EVERY) {
      check(consumer, "consumer", deadline);
      TimeUnit.MILLISECONDS.sleep(POLL_MS);
    }
  }

  private long rows() {
    try (var connection = postgres.connect("postgres");
        var statement = connection.createStatement();
        var row = statement.executeQuery("SELECT count(*) FROM " + TABLE)) {
      row.next();
      return row.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException("the table of the training cannot be read", e);
    }
  }

  private void awaitAnswer(HttpClient client, HttpRequest request, Process api)
      throws IOException, InterruptedException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        send(client, request);
        return;
      } catch (ConnectException notYet) {
        check(api, "api", deadline);
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
      }
    }
  }

  private static void send(HttpClient client, HttpRequest request)
      throws IOException, InterruptedException {
    var answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          request + " was answered by " + answer.statusCode() + ": " + answer.body());
    }
  }

  private void check(Process process, String name, long deadline) throws IOException {
    if (!process.isAlive() || System.nanoTime() > deadline) {
      throw new IllegalStateException(name + " has not done its training: " + log(name));
    }
  }

  /** Ends a process in order, which is when it writes its cache. */
  private void end(Process process, Path cache) throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(END_LIMIT.toSeconds(), TimeUnit.SECONDS) || !Files.exists(cache)) {
      throw new IllegalStateException("the virtual machine left no AOT cache in " + cache);
    }
  }

  private Process start(
      List<String> command, Map<RuntimeVariable, String> environment, @Nullable Path cache)
      throws IOException {
    var whole = new ArrayList<>(List.of(image.resolve("entrypoint").toString()));
    whole.addAll(command);
    var builder = new ProcessBuilder(ProcessGroup.apart(whole));
    environment.forEach((name, value) -> builder.environment().put(name.name(), value));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder
        .environment()
        .put("JAVA_OPTS", cache == null ? "" : "-XX:AOTCacheOutput=" + cache.toAbsolutePath());
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(command.getFirst() + ".log").toFile());
    var process = builder.start();
    Lifeline.hold(process);
    processes.add(process);
    return process;
  }

  private String log(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"));
  }

  private EnumMap<RuntimeVariable, String> environment() {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(
        RuntimeVariable.ACEQUIA_DEFINITION, folder.resolve("definition.json").toString());
    environment.put(RuntimeVariable.ACEQUIA_BIND_ADDRESS, address());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    environment.put(RuntimeVariable.STORE_KIND, STORE);
    environment.put(RuntimeVariable.STORE_URI, postgres.uri("postgres"));
    environment.put(RuntimeVariable.STORE_USERNAME, postgres.superuser());
    environment.put(RuntimeVariable.STORE_PASSWORD, postgres.superuserPassword());
    return environment;
  }

  /** A loopback address of this build's own. */
  private static String address() {
    var pid = ProcessHandle.current().pid();
    return "127.79." + (pid / 250 % 250 + 1) + "." + (pid % 250 + 1);
  }
}
