package dev.acequia.consumer;

import dev.acequia.consumer.consume.ConsumerHealth;
import dev.acequia.consumer.consume.PipelineConsumer;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.KafkaConnection;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.ReplayMark;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.record.RecordHeader;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.TopicIds;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreWriter;
import dev.acequia.telemetry.MetricSet;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** A pipeline with a topic and a database of its own, and what a test does with it. */
final class TestPipeline implements AutoCloseable {
  /** As the Job has. */
  private static final int MIGRATION_RETRIES = 6;

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name = "flights-" + COUNT.incrementAndGet();
  private final String database = name.replace('-', '_');
  private final Path folder = Ephemeral.folder("consumer-it-" + name);
  private final KafkaServer kafka;
  private final int partitions;
  private final LoadMode mode;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<Running> consumers = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private Schema schema;
  private String topicId = "";
  private @Nullable AcceptedOffsets accepted;
  private @Nullable ReplayOrder order;
  private double maxDeadLetterRatio = 0.05;
  private final Map<RuntimeVariable, String> rewriting = new EnumMap<>(RuntimeVariable.class);

  TestPipeline(Schema schema, LoadMode mode, int partitions)
      throws SQLException, ExecutionException, TimeoutException, InterruptedException {
    this(Servers.kafka(), schema, mode, partitions);
  }

  private TestPipeline(KafkaServer kafka, Schema schema, LoadMode mode, int partitions)
      throws SQLException, ExecutionException, TimeoutException, InterruptedException {
    this.kafka = kafka;
    this.schema = schema;
    this.mode = mode;
    this.partitions = partitions;
    var bootstrap = Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers());
    admin = Admin.create(bootstrap);
    var settings = new HashMap<>(bootstrap);
    settings.put("acks", "all");
    settings.put("max.request.size", 2 << 20);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    try (var connection = Servers.postgres().connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + database);
      statement.execute("CREATE ROLE " + database + "_admin LOGIN CREATEROLE PASSWORD 'admin'");
      statement.execute("GRANT CREATE ON DATABASE " + database + " TO " + database + "_admin");
    }
    createTopic(topic());
    createTopic(topic() + ".dlq");
    lookUpTopicId();
  }

  /** Prepares everything, as the operator does. */
  static TestPipeline ready(Schema schema, LoadMode mode, int partitions) throws Exception {
    return ready(Servers.kafka(), schema, mode, partitions);
  }

  /** Prepares everything with a broker of the test's own. */
  static TestPipeline ready(KafkaServer kafka, Schema schema, LoadMode mode, int partitions)
      throws Exception {
    var pipeline = new TestPipeline(kafka, schema, mode, partitions);
    if (pipeline.migrate() != 0) {
      throw new IllegalStateException("the migration failed: " + pipeline.termination());
    }
    return pipeline;
  }

  String topic() {
    return "ops." + name;
  }

  String table() {
    return "ops." + database;
  }

  String offsetsTable() {
    return "ops._acequia_offsets_" + database;
  }

  void use(Schema newSchema) {
    schema = newSchema;
  }

  /** Has Kafka take records that are larger than a record may be. */
  void takeLargeRecords() throws ExecutionException, TimeoutException, InterruptedException {
    var larger =
        new AlterConfigOp(
            new ConfigEntry("max.message.bytes", "2097152"), AlterConfigOp.OpType.SET);
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic()),
                List.of(larger),
                new ConfigResource(ConfigResource.Type.TOPIC, topic() + ".dlq"),
                List.of(larger)))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  /** Changes settings of the topic. */
  void configure(Map<String, String> settings)
      throws ExecutionException, TimeoutException, InterruptedException {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, topic()),
                settings.entrySet().stream()
                    .map(
                        one ->
                            new AlterConfigOp(
                                new ConfigEntry(one.getKey(), one.getValue()),
                                AlterConfigOp.OpType.SET))
                    .toList()))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  void allowDeadLetters(double maxRatio) {
    maxDeadLetterRatio = maxRatio;
  }

  /** The size in bytes beyond which a table is not written anew without a word. */
  void limitRewrites(long bytes) {
    rewriting.put(RuntimeVariable.STORE_REWRITE_LIMIT, Long.toString(bytes));
  }

  void allowRewrite(String schemaHash) {
    rewriting.put(RuntimeVariable.STORE_ALLOWED_REWRITE, schemaHash);
  }

  /** How an API reaches the store. */
  Map<String, String> readerEnvironment() throws IOException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, database + "_reader");
    environment.put(RuntimeVariable.STORE_PASSWORD, "reader");
    return named(environment);
  }

  /** Tells consumers that start from now on to read again. */
  void order(@Nullable ReplayOrder newOrder) {
    order = newOrder;
  }

  /** What the consumers told Kafka of a partition's replay. */
  Optional<ReplayMark> mark(int partition)
      throws ExecutionException, TimeoutException, InterruptedException {
    return Optional.ofNullable(
            admin
                .listConsumerGroupOffsets(topic())
                .partitionsToOffsetAndMetadata()
                .get(10, TimeUnit.SECONDS)
                .get(new TopicPartition(topic(), partition)))
        .flatMap(committed -> ReplayMark.parse(committed.metadata()));
  }

  /** A hash over all rows and columns. */
  String checksum() throws SQLException {
    return rows("SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM "
            + table()
            + " t")
        .getFirst();
  }

  void accept(@Nullable Integer partition, String to) {
    accepted = new AcceptedOffsets(topicId, partition, to);
  }

  PipelineDefinition definition() {
    return new PipelineDefinition(
        "ops",
        name,
        null,
        schema,
        new TopicDefinition(topic(), topicId, partitions, topic() + ".dlq"),
        new StoreDefinition.Postgres("ops", database),
        mode,
        1000,
        maxDeadLetterRatio,
        accepted);
  }

  int migrate(String... arguments) throws IOException {
    var all = new ArrayList<>(List.of("migrate"));
    all.addAll(List.of(arguments));
    var environment = named(migrationEnvironment());
    var exitCode = MigrationProcess.run(all, environment);
    for (var retry = 0; retry < MIGRATION_RETRIES && exitCode == 1; retry++) {
      exitCode = MigrationProcess.run(all, environment);
    }
    return exitCode;
  }

  private EnumMap<RuntimeVariable, String> migrationEnvironment() throws IOException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, database + "_admin");
    environment.put(RuntimeVariable.STORE_PASSWORD, "admin");
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME, writerRole());
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD, "writer");
    environment.put(RuntimeVariable.STORE_READER_USERNAME, database + "_reader");
    environment.put(RuntimeVariable.STORE_READER_PASSWORD, "reader");
    environment.putAll(rewriting);
    return environment;
  }

  Optional<Termination> termination() throws IOException {
    var file = folder.resolve("termination");
    return Files.exists(file) ? Termination.parse(Files.readString(file)) : Optional.empty();
  }

  /** A consumer on a thread of this process. */
  Running start(String pod) throws IOException {
    // As many as the process has.
    return start(pod, writer(pod), writer(pod));
  }

  Running start(String pod, StoreWriter... writers) {
    var registry = new PrometheusRegistry();
    var consumer =
        new PipelineConsumer(
            definition(),
            new KafkaConnection(Map.of("bootstrap.servers", kafka.bootstrapServers())),
            List.of(writers),
            new MetricSet(registry),
            pod,
            order);
    var running = new Running(consumer, registry);
    consumers.add(running);
    return running;
  }

  /** The consumer that was started so many-th, from 0. */
  Running running(int number) {
    return consumers.get(number);
  }

  StoreWriter writer(String pod) throws IOException {
    return StoreWriter.open(definition(), named(consumerEnvironment(pod)));
  }

  /** Has the store forget what is old, as a consumer's process does beside the load. */
  void housekeep() throws Exception {
    for (var part : StoreHousekeeping.open(definition(), named(consumerEnvironment("keeper")))) {
      try (part) {
        Duration pause;
        do {
          pause = part.work();
        } while (pause.compareTo(Duration.ofMinutes(1)) < 0); // longer after a lap only
      }
    }
  }

  /** A consumer in a process of its own, which may be killed or stopped. */
  Process startProcess(String pod) throws IOException {
    return start(pod, onItsOwnAddress(pod), java(ConsumerProcess.class.getName()));
  }

  /** A migration in a process of its own, which may be killed. */
  Process startMigration() throws IOException {
    return start(
        "migration", migrationEnvironment(), java(MigrationProcess.class.getName(), "migrate"));
  }

  /** A consumer as the image starts it. */
  Process startAsImage(String pod) throws IOException {
    var home = Files.createDirectories(folder.resolve("home-" + pod));
    var entrypoint = Path.of("..", "images", "acequia-runtime", "entrypoint");
    Files.copy(entrypoint, home.resolve("entrypoint"));
    var libraries = Files.createDirectories(home.resolve("lib").resolve("consumer"));
    var number = 1000;
    for (var library : System.getProperty("java.class.path").split(File.pathSeparator)) {
      // The entrypoint takes what is named as a library, in the order of the names.
      Files.createSymbolicLink(
          libraries.resolve(number++ + ".jar"), Path.of(library).toAbsolutePath());
    }
    var builder = new ProcessBuilder("sh", home.resolve("entrypoint").toString(), "consumer");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return start(pod, onItsOwnAddress(pod), builder);
  }

  private EnumMap<RuntimeVariable, String> onItsOwnAddress(String pod) throws IOException {
    var environment = consumerEnvironment(pod);
    var number = COUNT.incrementAndGet();
    environment.put(
        RuntimeVariable.ACEQUIA_BIND_ADDRESS,
        "127.77." + (ProcessHandle.current().pid() % 250 + 1) + "." + (number % 250 + 1));
    return environment;
  }

  private static ProcessBuilder java(String... main) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx176m",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(main));
    return new ProcessBuilder(command);
  }

  private Process start(
      String name, EnumMap<RuntimeVariable, String> environment, ProcessBuilder builder)
      throws IOException {
    builder.environment().putAll(named(environment));
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve(name + ".log").toFile());
    var process = builder.start();
    processes.add(process);
    return process;
  }

  String log(String pod) throws IOException {
    return Files.readString(folder.resolve(pod + ".log"));
  }

  void send(int partition, @Nullable String key, @Nullable String value, Header... headers) {
    producer.send(
        new ProducerRecord<>(topic(), partition, bytes(key), bytes(value), List.of(headers)));
  }

  /** Sends a record as it is to a topic of the pipeline's. */
  void send(
      String to,
      int partition,
      byte @Nullable [] key,
      byte @Nullable [] value,
      List<Header> headers) {
    producer.send(new ProducerRecord<>(to, partition, key, value, headers));
  }

  void sendBytes(int partition, byte[] value) {
    producer.send(new ProducerRecord<>(topic(), partition, null, value));
  }

  /** Sends records as another producer may, with settings of its own; they share batches. */
  void sendAs(Map<String, Object> settings, List<ProducerRecord<byte[], byte[]>> records)
      throws ExecutionException, InterruptedException {
    var all = new HashMap<String, Object>();
    all.put("bootstrap.servers", Servers.kafka().bootstrapServers());
    all.put("batch.size", 900_000);
    all.put("linger.ms", 60_000);
    all.put("max.request.size", 1 << 30);
    all.put("buffer.memory", 1L << 30);
    all.putAll(settings);
    try (var own = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer())) {
      var sent = new ArrayList<Future<RecordMetadata>>();
      for (var record : records) {
        sent.add(own.send(record));
      }
      own.flush();
      for (var one : sent) {
        one.get();
      }
    }
  }

  void deleteDeadLetterTopic() throws ExecutionException, TimeoutException, InterruptedException {
    admin.deleteTopics(List.of(topic() + ".dlq")).all().get(20, TimeUnit.SECONDS);
  }

  void createDeadLetterTopic() throws ExecutionException, TimeoutException, InterruptedException {
    createTopic(topic() + ".dlq");
  }

  /** Sends a record without a key. */
  void sendToNewPartition(int partition, String value) {
    // Its producer may not know the partition yet: it asks.
    await().ignoreExceptions().until(() -> producer.partitionsFor(topic()).size() > partition);
    send(partition, null, value);
  }

  /** Has the database refuse all writing, as after a failover, or take it again. */
  void makeReadOnly(boolean readOnly) throws SQLException {
    try (var connection = Servers.postgres().connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute(
          "ALTER DATABASE " + database + " SET default_transaction_read_only = " + readOnly);
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
              + database
              + "'");
    }
  }

  /** Sends a dead letter back, with the headers that say where it stood. */
  void redrive(ConsumerRecord<byte[], byte[]> letter) {
    var headers =
        Arrays.stream(letter.headers().toArray())
            .filter(header -> !header.key().startsWith("acequia-error"))
            .toList();
    var partition =
        new String(
            letter.headers().lastHeader(RecordHeader.SOURCE_PARTITION.key()).value(),
            StandardCharsets.UTF_8);
    producer.send(
        new ProducerRecord<>(
            topic(), Integer.valueOf(partition), letter.key(), letter.value(), headers));
  }

  /** Waits until all that is in the topic has been taken. */
  void awaitTaken() {
    producer.flush();
    try (var reader =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      var names =
          java.util.stream.IntStream.range(0, partitions)
              .mapToObj(partition -> new TopicPartition(topic(), partition))
              .toList();
      var ends =
          reader.endOffsets(names).entrySet().stream()
              .sorted(java.util.Comparator.comparing(entry -> entry.getKey().partition()))
              .map(entry -> entry.getValue().toString())
              .toList();
      await()
          .until(
              () ->
                  rows("SELECT next_offset FROM " + offsetsTable() + " ORDER BY partition")
                      .equals(ends));
    }
  }

  void flush() {
    producer.flush();
  }

  /** All that is in the topic of dead letters. */
  /** Counts by offsets; the letters may be large. */
  long countDeadLetters() {
    var settings = Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.endOffsets(partitionsOf(topic() + ".dlq")).values().stream()
          .mapToLong(end -> end)
          .sum();
    }
  }

  List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    return read(topic() + ".dlq");
  }

  /** All that is in the topic. */
  List<ConsumerRecord<byte[], byte[]>> records() {
    return read(topic());
  }

  private List<TopicPartition> partitionsOf(String name) {
    return java.util.stream.IntStream.range(0, partitions)
        .mapToObj(partition -> new TopicPartition(name, partition))
        .toList();
  }

  private List<ConsumerRecord<byte[], byte[]>> read(String from) {
    var settings = Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var names = partitionsOf(from);
      consumer.assign(names);
      consumer.seekToBeginning(names);
      var ends = consumer.endOffsets(names);
      var found = new ArrayList<ConsumerRecord<byte[], byte[]>>();
      while (names.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
      return found;
    }
  }

  long committedToKafka(int partition)
      throws ExecutionException, TimeoutException, InterruptedException {
    var offset =
        admin
            .listConsumerGroupOffsets(topic())
            .partitionsToOffsetAndMetadata()
            .get(10, TimeUnit.SECONDS)
            .get(new TopicPartition(topic(), partition));
    return offset == null ? -1 : offset.offset();
  }

  void recreateTopic() throws ExecutionException, TimeoutException, InterruptedException {
    admin.deleteTopics(List.of(topic())).all().get(20, TimeUnit.SECONDS);
    await()
        .ignoreExceptions()
        .until(
            () -> {
              createTopic(topic());
              return true;
            });
  }

  void lookUpTopicId() throws ExecutionException, TimeoutException, InterruptedException {
    topicId = TopicIds.await(admin, topic());
  }

  Admin admin() {
    return admin;
  }

  /** A query's rows, their columns' texts joined by {@code |}. */
  List<String> rows(String sql) throws SQLException {
    try (var connection = Servers.postgres().connect(database);
        var statement = connection.createStatement()) {
      var found = new ArrayList<String>();
      if (!statement.execute(sql)) {
        return found;
      }
      try (var rows = statement.getResultSet()) {
        while (rows.next()) {
          var columns = new ArrayList<String>();
          for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            columns.add(String.valueOf(rows.getString(i)));
          }
          found.add(String.join("|", columns));
        }
      }
      return found;
    }
  }

  String writerRole() {
    return database + "_writer";
  }

  java.sql.Connection connect(String role, String password) throws SQLException {
    return java.sql.DriverManager.getConnection(
        Servers.postgres().jdbcUrl(database), database + "_" + role, password);
  }

  long count() throws SQLException {
    return Long.parseLong(rows("SELECT count(*) FROM " + table()).get(0));
  }

  static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50));
  }

  void awaitCount(long wanted) {
    await().until(this::count, count -> count == wanted);
  }

  @Override
  public void close() throws Exception {
    for (var process : processes) {
      process.destroyForcibly();
    }
    for (var consumer : consumers) {
      consumer.stop();
    }
    producer.close();
    admin.close();
  }

  private EnumMap<RuntimeVariable, String> consumerEnvironment(String pod) throws IOException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, writerRole());
    environment.put(RuntimeVariable.STORE_PASSWORD, "writer");
    environment.put(RuntimeVariable.POD_NAME, pod);
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT, "P30D");
    if (order != null) {
      environment.put(RuntimeVariable.ACEQUIA_REPLAY, order.toJson());
    }
    return environment;
  }

  private EnumMap<RuntimeVariable, String> environment() throws IOException {
    var file = folder.resolve("pipeline.json");
    Files.writeString(file, definition().toJson());
    Files.deleteIfExists(folder.resolve("termination"));
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, file.toString());
    environment.put(
        RuntimeVariable.ACEQUIA_TERMINATION_LOG, folder.resolve("termination").toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, kafka.bootstrapServers());
    environment.put(RuntimeVariable.STORE_URI, Servers.postgres().uri(database));
    return environment;
  }

  private static Map<String, String> named(EnumMap<RuntimeVariable, String> environment) {
    return environment.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
  }

  private void createTopic(String topicName)
      throws ExecutionException, TimeoutException, InterruptedException {
    admin
        .createTopics(List.of(new NewTopic(topicName, Optional.of(partitions), Optional.empty())))
        .all()
        .get(20, TimeUnit.SECONDS);
  }

  private static byte @Nullable [] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /** A consumer that runs. */
  static final class Running {
    private final PipelineConsumer consumer;
    private final PrometheusRegistry registry;
    private final FutureTask<Optional<Termination>> end;

    Running(PipelineConsumer consumer, PrometheusRegistry registry) {
      this.consumer = consumer;
      this.registry = registry;
      end =
          new FutureTask<>(
              () -> {
                try {
                  consumer.run();
                  return Optional.empty();
                } catch (TerminationException e) {
                  return Optional.of(e.termination());
                }
              });
      Thread.ofPlatform().daemon().name("consumer").start(end);
    }

    ConsumerHealth health() {
      return consumer.health();
    }

    /** Stops it, and waits. */
    void stop() throws Exception {
      consumer.stop();
      end.get(40, TimeUnit.SECONDS);
    }

    /** Waits until it ends by itself, and answers why. */
    Optional<Termination> end() throws Exception {
      return end.get(60, TimeUnit.SECONDS);
    }

    boolean isRunning() {
      return !end.isDone();
    }

    /** The sum of a gauge over all partitions; -1 when it has no value. */
    double gauge(String metric) {
      var sum = -1.0;
      for (var family : registry.scrape()) {
        for (var point : family.getDataPoints()) {
          if (family.getMetadata().getName().equals(metric)
              && point
                  instanceof
                  io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot
                      gauge) {
            sum = Math.max(sum, 0) + gauge.getValue();
          }
        }
      }
      return sum;
    }

    /** How often a histogram has observed something. */
    long observations(String metric) {
      for (var family : registry.scrape()) {
        if (family.getMetadata().getName().equals(metric)) {
          return family.getDataPoints().stream()
              .mapToLong(
                  point ->
                      ((io.prometheus.metrics.model.snapshots.HistogramSnapshot
                                  .HistogramDataPointSnapshot)
                              point)
                          .getCount())
              .sum();
        }
      }
      return 0;
    }

    /** A counter's value, 0 when it has none yet. */
    double counter(String metric, String label) {
      for (var family : registry.scrape()) {
        for (var point : family.getDataPoints()) {
          if ((family.getMetadata().getName() + "_total").equals(metric)
              && point
                  instanceof
                  io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot
                      counter
              && label.equals(point.getLabels().get("result"))) {
            return counter.getValue();
          }
        }
      }
      return 0;
    }
  }
}
