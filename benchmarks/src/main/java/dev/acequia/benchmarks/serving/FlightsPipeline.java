package dev.acequia.benchmarks.serving;

import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.PipelineMetric;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** A pipeline in upsert mode, as the operator would have it: topic, table, roles, API process. */
public final class FlightsPipeline {
  public static final String DATABASE = "serving";
  public static final String TABLE = "bench.flights";
  public static final String READER = "serving_reader";
  public static final String READER_PASSWORD = "reader";

  /** What PostgreSQL shows of the API's connections. */
  public static final String API_NAME = "flights-api-0";

  private static final int PORT = 8080;
  private static final int MANAGEMENT_PORT = 8081;
  private static final String ADMIN = "serving_admin";
  private static final int PARTITIONS = 6;
  private static final int MAX_PAGE_SIZE = 1000;
  private static final int TIMEOUT_SECONDS = 30;
  private static final Duration MIGRATION_LIMIT = Duration.ofSeconds(60);

  private final Workplace workplace;
  private final TopicDefinition topic;
  private final Path definition;

  private FlightsPipeline(Workplace workplace, TopicDefinition topic, Path definition) {
    this.workplace = workplace;
    this.topic = topic;
    this.definition = definition;
  }

  /** Creates the topic, and has the migration process make table and roles. */
  public static FlightsPipeline create(Workplace workplace)
      throws IOException, SQLException, ExecutionException, TimeoutException, InterruptedException {
    var topic = createTopic(workplace.kafka().bootstrapServers(), "bench.flights");
    try (var connection = workplace.postgres().connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + DATABASE);
      statement.execute("CREATE ROLE " + ADMIN + " LOGIN CREATEROLE PASSWORD 'admin'");
      statement.execute("GRANT CREATE ON DATABASE " + DATABASE + " TO " + ADMIN);
    }
    var file = workplace.folder().resolve("definition.json");
    Files.writeString(
        file,
        new PipelineDefinition(
                "bench",
                "flights",
                null,
                Flights.SCHEMA,
                topic,
                new StoreDefinition.Postgres("bench", "flights"),
                LoadMode.UPSERT,
                MAX_PAGE_SIZE,
                PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
                null)
            .toJson());
    var pipeline = new FlightsPipeline(workplace, topic, file);
    pipeline.migrate();
    return pipeline;
  }

  public TopicDefinition topic() {
    return topic;
  }

  /** A connection to the database as the superuser. */
  public Connection connect() throws SQLException {
    return workplace.postgres().connect(DATABASE);
  }

  /** Starts the API process with its image's own flags, and waits until it is ready. */
  public Server startApi() throws IOException, InterruptedException {
    var environment = environment();
    var address = workplace.image().freeAddress();
    environment.put(RuntimeVariable.ACEQUIA_BIND_ADDRESS, address);
    environment.put(RuntimeVariable.STORE_USERNAME, READER);
    environment.put(RuntimeVariable.STORE_PASSWORD, READER_PASSWORD);
    environment.put(RuntimeVariable.POD_NAME, API_NAME);
    var process = workplace.image().start(List.of("api"), environment);
    return new Server(process, new InetSocketAddress(address, PORT))
        .awaitReady(MANAGEMENT_PORT, "/health/ready");
  }

  /** How many records the API says that it has accepted. */
  public long accepted(Server api) throws IOException, InterruptedException {
    return new String(api.get(MANAGEMENT_PORT, "/metrics"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(PipelineMetric.INGEST_RECORDS.exposedName()))
        .filter(line -> line.contains("result=\"accepted\""))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /** How many records the topic holds. */
  public long inTopic() throws ExecutionException, TimeoutException, InterruptedException {
    var ends = new HashMap<TopicPartition, OffsetSpec>();
    for (var partition = 0; partition < PARTITIONS; partition++) {
      ends.put(new TopicPartition(topic.name(), partition), OffsetSpec.latest());
    }
    try (var admin =
        Admin.create(Map.of("bootstrap.servers", workplace.kafka().bootstrapServers()))) {
      return admin.listOffsets(ends).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS).values().stream()
          .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
          .sum();
    }
  }

  private void migrate() throws IOException, InterruptedException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, ADMIN);
    environment.put(RuntimeVariable.STORE_PASSWORD, "admin");
    environment.put(RuntimeVariable.STORE_READER_USERNAME, READER);
    environment.put(RuntimeVariable.STORE_READER_PASSWORD, READER_PASSWORD);
    try (var migration = workplace.image().start(List.of("migrate"), environment)) {
      migration.awaitSuccess(MIGRATION_LIMIT);
    }
  }

  private Map<RuntimeVariable, String> environment() {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, definition.toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, workplace.kafka().bootstrapServers());
    environment.put(RuntimeVariable.STORE_URI, workplace.postgres().uri(DATABASE));
    return environment;
  }

  private static TopicDefinition createTopic(String bootstrapServers, String name)
      throws ExecutionException, TimeoutException, InterruptedException {
    var deadLetters = name + ".dlq";
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      var created =
          admin.createTopics(
              List.of(
                  new NewTopic(name, Optional.of(PARTITIONS), Optional.empty()),
                  new NewTopic(deadLetters, Optional.of(1), Optional.empty())));
      created.all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      var id = created.topicId(name).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return new TopicDefinition(name, id.toString(), PARTITIONS, deadLetters);
    }
  }
}
