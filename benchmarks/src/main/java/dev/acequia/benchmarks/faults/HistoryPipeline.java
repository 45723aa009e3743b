package dev.acequia.benchmarks.faults;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.Lifeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline whose history is checked: topic, database, table. Append: every id once. Upsert: a
 * value of each key, overwritten and deleted again and again.
 */
final class HistoryPipeline implements AutoCloseable {
  private static final int TIMEOUT_SECONDS = 30;
  private static final int MIGRATION_SECONDS = 120;
  private static final int MIGRATION_ATTEMPTS = 5;

  private static final Schema APPEND =
      new Schema(
          List.of(),
          List.of(
              new Field("id", FieldType.INT64, true, null),
              new Field("note", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  private static final Schema UPSERT =
      new Schema(
          List.of("key"),
          List.of(
              new Field("key", FieldType.INT32, true, null),
              new Field("id", FieldType.INT64, true, null),
              new Field("note", FieldType.STRING, false, null)),
          UnknownFields.REJECT);

  private final FaultyServers servers;
  private final LoadMode mode;
  private final String name;
  private final int partitions;
  private final Path folder;
  private final Admin admin;
  private String topicId;
  private @Nullable AcceptedOffsets accepted;

  /**
   * Makes the topic, the database and the table.
   *
   * @param name of letters alone
   * @param folder for files of the consumers
   */
  HistoryPipeline(FaultyServers servers, String name, LoadMode mode, int partitions, Path folder)
      throws SQLException, IOException, ExecutionException, TimeoutException, InterruptedException {
    this.servers = servers;
    this.mode = mode;
    this.name = name;
    this.partitions = partitions;
    this.folder = Files.createDirectories(folder);
    admin = Admin.create(Map.of("bootstrap.servers", servers.bootstrapServers()));
    topicId = createTopic(topic()).orElseThrow();
    var _ = createTopic(topic() + ".dlq").orElseThrow();
    try (var connection = servers.connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
      statement.execute("CREATE ROLE " + name + "_admin LOGIN CREATEROLE PASSWORD 'admin'");
      statement.execute("GRANT CREATE ON DATABASE " + name + " TO " + name + "_admin");
    }
    migrate();
  }

  LoadMode mode() {
    return mode;
  }

  String name() {
    return name;
  }

  int partitions() {
    return partitions;
  }

  String topic() {
    return "history." + name;
  }

  /** The generation of the topic's records; it is read from the first on, and never cut. */
  int generation(Connection connection) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT DISTINCT generation FROM history._acequia_generations_"
                + name
                + " WHERE topic_id = ?")) {
      statement.setObject(1, definition().topic().uuid());
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new IllegalStateException("no generation of topic " + topicId);
        }
        return rows.getInt(1);
      }
    }
  }

  /** The table that the records are to be in. */
  String table() {
    return "history." + name;
  }

  FaultyServers servers() {
    return servers;
  }

  Path folder() {
    return folder;
  }

  Connection connect() throws SQLException {
    return servers.connect(name);
  }

  PipelineDefinition definition() {
    return new PipelineDefinition(
        "history",
        name,
        null,
        mode == LoadMode.UPSERT ? UPSERT : APPEND,
        new TopicDefinition(topic(), topicId, partitions, topic() + ".dlq"),
        new StoreDefinition.Postgres("history", name),
        mode,
        1000,
        PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
        accepted);
  }

  /** Deletes the topic, makes it anew, and accepts its records from the first on. */
  void recreateTopic()
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    admin.deleteTopics(List.of(topic())).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    var created = createTopic(topic());
    while (created.isEmpty()) {
      if (System.nanoTime() > deadline) {
        throw new TimeoutException("the topic %s does not go".formatted(topic()));
      }
      Thread.sleep(100); // the deletion goes on behind the answer
      created = createTopic(topic());
    }
    topicId = created.get();
    accepted = new AcceptedOffsets(topicId, null, "earliest");
    migrate();
  }

  /** The environment of a consumer. */
  Map<String, String> consumerEnvironment(String pod, String storeUri) throws IOException {
    var environment = environment(pod, storeUri);
    environment.put(RuntimeVariable.STORE_USERNAME, name + "_writer");
    environment.put(RuntimeVariable.STORE_PASSWORD, "writer");
    environment.put(RuntimeVariable.POD_NAME, pod);
    return named(environment);
  }

  /** Where the store is in each partition. */
  Map<Integer, Long> storedOffsets() throws SQLException {
    var offsets = new TreeMap<Integer, Long>();
    try (var connection = connect();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, next_offset FROM history._acequia_offsets_" + name)) {
      while (rows.next()) {
        offsets.put(rows.getInt(1), rows.getLong(2));
      }
    }
    return offsets;
  }

  /** Ends the sessions of the pipeline's consumers; answers how many there were. */
  int terminateBackends() throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '"
                    + name
                    + "_writer'")) {
      return rows.next() ? rows.getInt(1) : 0;
    }
  }

  /**
   * What a Pod's session has run last in a transaction that has written, and is open. One that has
   * only read, as a probe does, keeps nobody from anything.
   */
  Optional<String> openTransaction(String pod) throws SQLException {
    try (var connection = connect();
        var statement =
            connection.prepareStatement(
                "SELECT query FROM pg_stat_activity WHERE application_name = ?"
                    + " AND backend_xid IS NOT NULL")) {
      statement.setString(1, pod);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  /** Whether all that is in the topic now has been read and stored. */
  boolean isStoredToTheEnd()
      throws SQLException, ExecutionException, TimeoutException, InterruptedException {
    var asked =
        IntStream.range(0, partitions)
            .boxed()
            .collect(
                Collectors.toMap(
                    partition -> new TopicPartition(topic(), partition),
                    partition -> OffsetSpec.latest()));
    var ends = admin.listOffsets(asked).all().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    var stored = storedOffsets();
    return ends.entrySet().stream()
        .allMatch(
            end -> end.getValue().offset() == stored.getOrDefault(end.getKey().partition(), -1L));
  }

  @Override
  public void close() {
    admin.close();
  }

  private void migrate() throws IOException, InterruptedException {
    var environment = environment("migration", servers.uri(name));
    environment.put(RuntimeVariable.STORE_USERNAME, name + "_admin");
    environment.put(RuntimeVariable.STORE_PASSWORD, "admin");
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME, name + "_writer");
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD, "writer");
    environment.put(RuntimeVariable.STORE_READER_USERNAME, name + "_reader");
    environment.put(RuntimeVariable.STORE_READER_PASSWORD, "reader");
    var log = folder.resolve("migration.log");
    for (var attempt = 1; ; attempt++) {
      var process =
          RuntimeProgram.MIGRATION
              .on(System.getProperty("java.class.path"), named(environment), log)
              .start();
      Lifeline.hold(process);
      var hasEnded = process.waitFor(MIGRATION_SECONDS, TimeUnit.SECONDS);
      if (hasEnded && process.exitValue() == 0) {
        return;
      }
      // As a Job, it is tried again: a broker may have yet to hear of the topic.
      if (!hasEnded || attempt == MIGRATION_ATTEMPTS) {
        throw new IllegalStateException(
            "the migration of %s failed:%n%s".formatted(topic(), Files.readString(log)));
      }
    }
  }

  private EnumMap<RuntimeVariable, String> environment(String pod, String storeUri)
      throws IOException {
    var file = folder.resolve(pod + ".json");
    Files.writeString(file, definition().toJson());
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, file.toString());
    environment.put(
        RuntimeVariable.ACEQUIA_TERMINATION_LOG, folder.resolve(pod + ".termination").toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, servers.bootstrapServers());
    environment.put(RuntimeVariable.STORE_URI, storeUri);
    return environment;
  }

  private static Map<String, String> named(EnumMap<RuntimeVariable, String> environment) {
    return environment.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
  }

  /** The new topic's id; empty when there is one of that name. */
  private Optional<String> createTopic(String wanted)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      var id =
          admin
              .createTopics(
                  List.of(new NewTopic(wanted, Optional.of(partitions), Optional.empty())))
              .topicId(wanted)
              .get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      return Optional.of(id.toString());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Asks Kafka for the topic's id. */
  String describeTopic() throws ExecutionException, TimeoutException, InterruptedException {
    return admin
        .describeTopics(List.of(topic()))
        .allTopicNames()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .values()
        .iterator()
        .next()
        .topicId()
        .toString();
  }
}
