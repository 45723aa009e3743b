package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** A pipeline's processes as the operator would run them, over a database. */
final class AcequiaPipeline {
  static final String TABLE = "bench.flights";
  private static final Duration MIGRATION_LIMIT = Duration.ofSeconds(60);

  private final Workplace workplace;
  private final Database database;
  private final Path definitionFile;

  AcequiaPipeline(Workplace workplace, Database database, TopicDefinition topic, LoadMode mode)
      throws IOException {
    this.workplace = workplace;
    this.database = database;
    var definition =
        new PipelineDefinition(
            "bench",
            "flights",
            null,
            Flights.SCHEMA,
            topic,
            new StoreDefinition.Postgres("bench", "flights"),
            mode,
            1000,
            PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
            null);
    definitionFile = Files.createTempFile(workplace.folder(), "definition-", ".json");
    Files.writeString(definitionFile, definition.toJson());
  }

  /** Has the migration process make table, offsets and roles. */
  void migrate() throws IOException, InterruptedException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, database.name() + "_admin");
    environment.put(RuntimeVariable.STORE_PASSWORD, "admin");
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME, writer());
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD, Database.WRITER_PASSWORD);
    try (var migration = workplace.image().start(List.of("migrate"), environment)) {
      migration.awaitSuccess(MIGRATION_LIMIT);
    }
  }

  /** Starts the consumer process. */
  MeasuredProcess startConsumer() throws IOException {
    var environment = environment();
    environment.put(RuntimeVariable.STORE_USERNAME, writer());
    environment.put(RuntimeVariable.STORE_PASSWORD, Database.WRITER_PASSWORD);
    environment.put(RuntimeVariable.POD_NAME, "consumer-0");
    return workplace.image().start(List.of("consumer"), environment);
  }

  private String writer() {
    return database.name() + "_writer";
  }

  private Map<RuntimeVariable, String> environment() {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, definitionFile.toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, workplace.kafka().bootstrapServers());
    environment.put(RuntimeVariable.STORE_URI, database.uri());
    return environment;
  }
}
