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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline whose history is checked: topic, database, table. Append: every id once. Upsert: a
 * value of each key, overwritten and deleted again and again.
 */
final class HistoryPipeline implements AutoCloseable {
  static final String NAMESPACE = "history";

  private static final Duration MIGRATION_LIMIT = Duration.ofMinutes(2);
  private static final int MIGRATION_ATTEMPTS = 5;

  private static final List<Field> APPEND =
      List.of(
          new Field("id", FieldType.INT64, true, null),
          new Field("note", FieldType.STRING, false, null));

  private static final List<Field> UPSERT =
      List.of(
          new Field("key", FieldType.INT32, true, null),
          new Field("id", FieldType.INT64, true, null),
          new Field("note", FieldType.STRING, false, null));

  private final FaultyServers servers;
  private final LoadMode mode;
  private final String name;
  private final Path folder;
  private final String classPath;
  private final HistoryTopic topic;
  private final LostRecords lost = new LostRecords();
  private int addedFields;
  private @Nullable AcceptedOffsets accepted;

  /**
   * Makes the topic, the database and the table.
   *
   * @param name of letters alone
   * @param folder for files of the consumers
   */
  HistoryPipeline(FaultyServers servers, String name, LoadMode mode, int partitions, Path folder)
      throws SQLException, IOException, ExecutionException, TimeoutException, InterruptedException {
    this(servers, name, mode, partitions, folder, System.getProperty("java.class.path"));
  }

  /**
   * Makes the topic, the database and the table.
   *
   * @param classPath the migration's; what comes first wins
   */
  HistoryPipeline(
      FaultyServers servers,
      String name,
      LoadMode mode,
      int partitions,
      Path folder,
      String classPath)
      throws SQLException, IOException, ExecutionException, TimeoutException, InterruptedException {
    this.servers = servers;
    this.classPath = classPath;
    this.mode = mode;
    this.name = name;
    this.folder = Files.createDirectories(folder);
    topic = new HistoryTopic(servers.bootstrapServers(), NAMESPACE + "." + name, partitions);
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

  HistoryTopic topic() {
    return topic;
  }

  /** The table that the records are to be in. */
  String table() {
    return NAMESPACE + "." + name;
  }

  FaultyServers servers() {
    return servers;
  }

  Path folder() {
    return folder;
  }

  /** What Kafka has acknowledged and lost since. */
  LostRecords lost() {
    return lost;
  }

  Connection connect() throws SQLException {
    return servers.connect(name);
  }

  PipelineDefinition definition() {
    return new PipelineDefinition(
        NAMESPACE,
        name,
        null,
        schema(),
        new TopicDefinition(topic.name(), topic.id(), topic.partitions(), topic.deadLetters()),
        new StoreDefinition.Postgres(NAMESPACE, name),
        mode,
        1000,
        PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
        accepted);
  }

  private Schema schema() {
    var fields = new ArrayList<>(mode == LoadMode.UPSERT ? UPSERT : APPEND);
    for (var number = 1; number <= addedFields; number++) {
      fields.add(new Field("added_" + number, FieldType.STRING, false, null));
    }
    return new Schema(
        mode == LoadMode.UPSERT ? List.of("key") : List.of(), fields, UnknownFields.REJECT);
  }

  /** Has the schema one more field, which a migration is to bring to the table. */
  void addField() {
    addedFields++;
  }

  /** Deletes the topic, makes it anew, and accepts its records from the first on. */
  void recreateTopic()
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    topic.recreate();
    accepted = new AcceptedOffsets(topic.id(), null, "earliest");
    migrate();
  }

  /** What {@code ./acequia offsets accept} does, and the rollout's migration. */
  void accept(int partition, String to) throws IOException, InterruptedException {
    accepted = new AcceptedOffsets(topic.id(), partition, to).givenAt(Instant.now());
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
    return topic.ends().equals(storedOffsets());
  }

  /** Runs the migration until it is done, as a Job does. */
  void migrate() throws IOException, InterruptedException {
    for (var attempt = 1; ; attempt++) {
      var migration = startMigration("migration", servers.uri(name));
      var hasEnded = migration.endsWithin(MIGRATION_LIMIT);
      if (hasEnded && migration.exitCode() == 0) {
        return;
      }
      // As a Job, it is tried again: a broker may have yet to hear of the topic.
      if (!hasEnded || attempt == MIGRATION_ATTEMPTS) {
        throw new IllegalStateException(
            "the migration of %s failed:%n%s".formatted(topic.name(), migration.log()));
      }
    }
  }

  /** Starts a migration to the present definition. */
  RuntimeProcess startMigration(String pod, String storeUri) throws IOException {
    var environment = environment(pod, storeUri);
    environment.put(RuntimeVariable.STORE_USERNAME, name + "_admin");
    environment.put(RuntimeVariable.STORE_PASSWORD, "admin");
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME, name + "_writer");
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD, "writer");
    environment.put(RuntimeVariable.STORE_READER_USERNAME, name + "_reader");
    environment.put(RuntimeVariable.STORE_READER_PASSWORD, "reader");
    return RuntimeProcess.start(
        RuntimeProgram.MIGRATION.on(classPath, named(environment)),
        folder.resolve(pod + ".log"),
        folder.resolve(pod + ".termination"));
  }

  @Override
  public void close() {
    topic.close();
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
}
