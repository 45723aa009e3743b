package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.LoadMode;
import dev.acequia.servers.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Kafka Connect, standalone, with Debezium's JDBC sink. */
final class ConnectSubject implements Subject {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final String TABLE = "flights";

  private final Workplace workplace;
  private final Path libraries;
  private final String topic;
  private final Expected expected;
  private final LoadMode mode;
  private final boolean unnest;

  /** How it is run. */
  enum Way {
    /** A batch is one INSERT over many VALUES. */
    APPEND(LoadMode.APPEND, false),
    UPSERT(LoadMode.UPSERT, false),
    /**
     * A batch is one INSERT over arrays. Only where the key is of the record: with a key from Kafka
     * it fails by a NullPointerException.
     */
    UPSERT_UNNEST(LoadMode.UPSERT, true);

    private final LoadMode mode;
    private final boolean unnest;

    Way(LoadMode mode, boolean unnest) {
      this.mode = mode;
      this.unnest = unnest;
    }
  }

  ConnectSubject(Workplace workplace, Path libraries, String topic, Expected expected, Way way) {
    this.workplace = workplace;
    this.libraries = libraries;
    this.topic = topic;
    this.expected = expected;
    mode = way.mode;
    unnest = way.unnest;
  }

  @Override
  public String name() {
    return "Kafka Connect, Debezium JDBC sink" + (unnest ? ", unnest" : "");
  }

  @Override
  public String mode() {
    return switch (mode) {
      case APPEND -> "append";
      case UPSERT -> "upsert";
    };
  }

  @Override
  public Figures load(int round) throws Exception {
    var run = "connect_%s%s_%d".formatted(mode(), unnest ? "_unnest" : "", round);
    try (var database = Database.create(workplace.postgres(), run)) {
      database.execute(table());
      database.checkpoint();
      var meter = new LoadMeter(workplace);
      try (var connection = database.connect();
          var connect = start(run, database)) {
        var last =
            switch (mode) {
              case APPEND ->
                  LastOnes.byProvenance(
                      TABLE,
                      "__connect_topic = '" + topic + "'",
                      "__connect_partition",
                      "__connect_offset",
                      expected);
              case UPSERT -> LastOnes.byKey(TABLE, expected);
            };
        var seen =
            new LoadWatch(connection, TABLE, connect).await(last, expected.lasts().size(), LIMIT);
        var figures = meter.shares(connect.usage(), expected.records());
        figures.put(Metric.PER_SECOND, seen.rate(expected.records()));
        figures.put(Metric.COLD_START_MS, (seen.firstNanos() - connect.startedNanos()) / 1e6);
        switch (mode) {
          case APPEND ->
              database.check(name(), TABLE, expected.appendedRows(), expected.appendedArrivals());
          case UPSERT ->
              database.check(name(), TABLE, expected.upsertedRows(), expected.upsertedArrivals());
        }
        return figures;
      }
    }
  }

  /**
   * The same columns and key as Acequia's table. The sink can fill the provenance where that is the
   * key, under names of its own and with the topic's name in place of its id, and has none to fill
   * where it is not.
   */
  private String table() {
    var fields =
        """
        CREATE TABLE flights (
          time_hour timestamptz NOT NULL, carrier text NOT NULL, flight integer NOT NULL,
          origin text NOT NULL, dest text, tailnum text, dep_delay double precision,
          arr_delay double precision, distance double precision,
        """;
    return fields
        + switch (mode) {
          case APPEND ->
              "__connect_topic text NOT NULL, __connect_partition integer NOT NULL,"
                  + " __connect_offset bigint NOT NULL,"
                  + " PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset))";
          case UPSERT -> "PRIMARY KEY (time_hour, carrier, flight, origin))";
        };
  }

  private MeasuredProcess start(String run, Database database) throws IOException {
    var worker = write(run, "worker", worker(run));
    var connector = write(run, "connector", connector(run, database));
    var log = workplace.folder().resolve(run + ".log");
    return MeasuredProcess.start(
        "Kafka Connect",
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms256m",
            "-Xmx2g",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-Dlog4j2.level=WARN",
            "-cp",
            libraries + "/*",
            "org.apache.kafka.connect.cli.ConnectStandalone",
            worker.toString(),
            connector.toString()),
        Map.of(),
        log);
  }

  private Map<String, String> worker(String run) {
    return Map.ofEntries(
        Map.entry("bootstrap.servers", workplace.kafka().bootstrapServers()),
        Map.entry("listeners", "HTTP://127.0.0.1:" + Ports.free()),
        Map.entry(
            "offset.storage.file.filename",
            workplace.folder().resolve(run + ".offsets").toString()),
        Map.entry("key.converter", "org.apache.kafka.connect.storage.StringConverter"),
        Map.entry("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
        Map.entry("value.converter.schemas.enable", "true"),
        Map.entry("value.converter.schema.content", SCHEMA),
        Map.entry("consumer.max.poll.records", "3000"),
        Map.entry("consumer.fetch.min.bytes", "65536"),
        Map.entry("consumer.max.partition.fetch.bytes", "2097152"));
  }

  private Map<String, String> connector(String run, Database database) {
    var settings =
        new TreeMap<>(
            Map.of(
                "name",
                run,
                "connector.class",
                "io.debezium.connector.jdbc.JdbcSinkConnector",
                "tasks.max",
                Integer.toString(Runtime.getRuntime().availableProcessors()),
                "topics",
                topic,
                "connection.url",
                database.jdbcUrl() + "?reWriteBatchedInserts=true",
                "connection.username",
                workplace.postgres().superuser(),
                "connection.password",
                workplace.postgres().superuserPassword(),
                "collection.name.format",
                TABLE,
                "schema.evolution",
                "none",
                "batch.size",
                "3000"));
    settings.put("dialect.postgres.unnest.insert.enabled", Boolean.toString(unnest));
    switch (mode) {
      case APPEND -> {
        settings.put("insert.mode", "insert");
        settings.put("primary.key.mode", "kafka");
      }
      case UPSERT -> {
        settings.put("insert.mode", "upsert");
        settings.put("primary.key.mode", "record_value");
        settings.put("primary.key.fields", String.join(",", Flights.SCHEMA.key()));
        // Without it a batch with two records of one key fails.
        settings.put("use.reduction.buffer", "true");
      }
    }
    return settings;
  }

  private Path write(String run, String name, Map<String, String> properties) throws IOException {
    return Files.writeString(
        workplace.folder().resolve(run + "-" + name + ".properties"),
        properties.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
            .collect(Collectors.joining()));
  }

  /** Lets the JSON converter read plain JSON. */
  private static final String SCHEMA =
      """
      {"type":"struct","optional":false,"fields":[
      {"field":"time_hour","type":"string","optional":false,"name":"io.debezium.time.ZonedTimestamp"},
      {"field":"carrier","type":"string","optional":false},
      {"field":"flight","type":"int32","optional":false},
      {"field":"origin","type":"string","optional":false},
      {"field":"dest","type":"string","optional":true},
      {"field":"tailnum","type":"string","optional":true},
      {"field":"dep_delay","type":"double","optional":true},
      {"field":"arr_delay","type":"double","optional":true},
      {"field":"distance","type":"double","optional":true}]}"""
          .replace("\n", "");
}
