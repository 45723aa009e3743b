package dev.acequia.benchmarks.faults;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline whose history is checked: topic and table. Append: every id once. Upsert: a value of
 * each key, overwritten and deleted again and again for a while.
 */
final class HistoryPipeline implements AutoCloseable {
  static final String NAMESPACE = "history";

  /** What the names of fields begin with that migrations add. */
  static final String ADDED = "added_";

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
  private final FormerTopics former = new FormerTopics();
  private final AddedFields added = new AddedFields();
  private final SpoiledCalls calls = new SpoiledCalls();
  private final AtomicInteger addedFields = new AtomicInteger();
  private @Nullable AcceptedOffsets accepted;

  /**
   * Makes the topic and the table.
   *
   * @param name of letters alone
   * @param folder for files of the consumers
   */
  HistoryPipeline(FaultyServers servers, String name, LoadMode mode, int partitions, Path folder)
      throws StoreDownException,
          IOException,
          ExecutionException,
          TimeoutException,
          InterruptedException {
    this(servers, name, mode, partitions, folder, System.getProperty("java.class.path"));
  }

  /**
   * Makes the topic and the table.
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
      throws StoreDownException,
          IOException,
          ExecutionException,
          TimeoutException,
          InterruptedException {
    this.servers = servers;
    this.classPath = classPath;
    this.mode = mode;
    this.name = name;
    this.folder = Files.createDirectories(folder);
    topic = new HistoryTopic(servers.bootstrapServers(), NAMESPACE + "." + name, partitions);
    servers.store().prepare(name);
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

  /** What was in topics of its name before. */
  FormerTopics former() {
    return former;
  }

  /** Which fields rows have that migrations added. */
  AddedFields added() {
    return added;
  }

  /** Calls to the store that are spoiled on their way. */
  SpoiledCalls calls() {
    return calls;
  }

  /** A way to the store for one process. */
  StoreLink link() {
    return servers.store().link(mode, calls);
  }

  /** The table that the records are to be in. */
  StoredTable table() throws StoreDownException {
    return servers.store().table(name, mode);
  }

  private PipelineDefinition definition(StorePorts ports) {
    return new PipelineDefinition(
        NAMESPACE,
        name,
        null,
        schema(),
        new TopicDefinition(topic.name(), topic.id(), topic.partitions(), topic.deadLetters()),
        servers.store().definition(name, ports),
        mode,
        1000,
        PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
        accepted);
  }

  private Schema schema() {
    var fields = new ArrayList<>(mode == LoadMode.UPSERT ? UPSERT : APPEND);
    for (var number = 1; number <= addedFields.get(); number++) {
      fields.add(new Field(ADDED + number, FieldType.STRING, false, null));
    }
    // Records have the next field already, which consumers of a former schema do not know.
    return new Schema(
        mode == LoadMode.UPSERT ? List.of("key") : List.of(), fields, UnknownFields.DROP);
  }

  /** Has the schema one more field, which a migration is to bring to the table. */
  void addField() {
    addedFields.incrementAndGet();
  }

  /** How many fields records have that are to be added, or were. */
  int sentFields() {
    return addedFields.get() + 1;
  }

  /** The migration to the last field has ended, and no consumer with it has begun. */
  void noteAddedField() throws StoreDownException {
    added.add(former.count(), storedOffsets());
  }

  /** Deletes the topic, makes it anew, and accepts its records from the first on. */
  void recreateTopic()
      throws IOException, ExecutionException, TimeoutException, InterruptedException {
    topic.recreate();
    lost.forgetCuts();
    accepted = new AcceptedOffsets(topic.id(), null, "earliest");
    migrate();
  }

  /** What {@code ./acequia offsets accept} does, and the rollout's migration. */
  void accept(int partition, String to) throws IOException, InterruptedException {
    accepted = new AcceptedOffsets(topic.id(), partition, to).givenAt(Instant.now());
    migrate();
  }

  /** The environment of a consumer. */
  Map<String, String> consumerEnvironment(String pod, StorePorts ports) throws IOException {
    var environment = environment(pod, ports);
    environment.putAll(servers.store().consumerEnvironment(name, ports));
    environment.put(RuntimeVariable.POD_NAME, pod);
    return named(environment);
  }

  /** Where the store is in each partition. */
  Map<Integer, Long> storedOffsets() throws StoreDownException {
    return servers.store().storedOffsets(name, mode);
  }

  /** Whether all that is in the topic now has been read and stored. */
  boolean isStoredToTheEnd()
      throws StoreDownException, ExecutionException, TimeoutException, InterruptedException {
    return topic.ends().equals(storedOffsets());
  }

  /** Runs the migration until it is done, as a Job does. */
  void migrate() throws IOException, InterruptedException {
    for (var attempt = 1; ; attempt++) {
      var migration = startMigration("migration", servers.store().ports());
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
  RuntimeProcess startMigration(String pod, StorePorts ports) throws IOException {
    var environment = environment(pod, ports);
    environment.putAll(servers.store().migrationEnvironment(name, ports));
    return RuntimeProcess.start(
        RuntimeProgram.MIGRATION.on(classPath, named(environment)),
        folder.resolve(pod + ".log"),
        folder.resolve(pod + ".termination"));
  }

  @Override
  public void close() {
    topic.close();
  }

  private EnumMap<RuntimeVariable, String> environment(String pod, StorePorts ports)
      throws IOException {
    var file = folder.resolve(pod + ".json");
    Files.writeString(file, definition(ports).toJson());
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, file.toString());
    environment.put(
        RuntimeVariable.ACEQUIA_TERMINATION_LOG, folder.resolve(pod + ".termination").toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, servers.bootstrapServers());
    return environment;
  }

  private static Map<String, String> named(EnumMap<RuntimeVariable, String> environment) {
    return environment.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
  }
}
