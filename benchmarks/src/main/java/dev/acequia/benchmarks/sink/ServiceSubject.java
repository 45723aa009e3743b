package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** A load into a cloud's service, by Acequia or by a plain loop. */
final class ServiceSubject implements Subject {
  private static final Duration MIGRATION_LIMIT = Duration.ofMinutes(2);
  private static final Duration LIMIT = Duration.ofMinutes(20);

  /** Between two looks at how far the load is. */
  private static final long POLL_MS = 100;

  /** Who loads. */
  enum Loader {
    ACEQUIA("Acequia"),
    LOOP("plain loop of the SDK");

    private final String words;

    Loader(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  private final Workplace workplace;
  private final CloudService service;
  private final Loader loader;
  private final Place place;
  private final LoadMode mode;
  private final TopicDefinition topic;
  private final Expected expected;

  ServiceSubject(
      Workplace workplace,
      CloudService service,
      Loader loader,
      Place place,
      LoadMode mode,
      TopicDefinition topic,
      Expected expected) {
    this.workplace = workplace;
    this.service = service;
    this.loader = loader;
    this.place = place;
    this.mode = mode;
    this.topic = topic;
    this.expected = expected;
  }

  @Override
  public String name() {
    return loader.words();
  }

  @Override
  public String mode() {
    return mode(mode, place);
  }

  static String mode(LoadMode mode, Place place) {
    return mode.name().toLowerCase(Locale.ROOT) + ", " + place.words();
  }

  @Override
  public Figures load(int round) throws Exception {
    var table = "%s_%s_%s_%d".formatted(loader, place, mode, round).toLowerCase(Locale.ROOT);
    var figures =
        switch (loader) {
          case ACEQUIA -> byAcequia(table);
          case LOOP -> byLoop(table);
        };
    if (place == Place.DOUBLE) {
      check(table);
    }
    return figures;
  }

  private Figures byAcequia(String table) throws Exception {
    var environment = environment(table);
    try (var migration = workplace.image().start(List.of("migrate"), environment)) {
      migration.awaitSuccess(MIGRATION_LIMIT);
    }
    environment.put(RuntimeVariable.POD_NAME, "consumer-0");
    try (var consumer = workplace.image().start(List.of("consumer"), environment)) {
      return await(consumer, () -> service.isLoaded(table, mode, place, expected));
    }
  }

  private EnumMap<RuntimeVariable, String> environment(String table) throws IOException {
    var definition =
        new PipelineDefinition(
            "bench",
            table,
            null,
            Flights.SCHEMA,
            topic,
            service.definition(table, place),
            mode,
            1000,
            PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
            null);
    var file = Files.createTempFile(workplace.folder(), "definition-", ".json");
    Files.writeString(file, definition.toJson());
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.putAll(service.environment());
    environment.put(RuntimeVariable.ACEQUIA_DEFINITION, file.toString());
    environment.put(RuntimeVariable.KAFKA_BOOTSTRAP_SERVERS, workplace.kafka().bootstrapServers());
    return environment;
  }

  private Figures byLoop(String table) throws Exception {
    var done = workplace.folder().resolve(table + ".done");
    try (var loop =
        workplace
            .image()
            .startInstead("consumer", service.kind(), service.loop(), told(table, done))) {
      return await(loop, () -> Files.exists(done));
    }
  }

  private Map<String, String> told(String table, Path done) {
    var told = new HashMap<>(service.prepareLoop(table, mode, place));
    told.put(PlainLoop.BOOTSTRAP, workplace.kafka().bootstrapServers());
    told.put(PlainLoop.TOPIC, topic.name());
    told.put(PlainLoop.PARTITIONS, Integer.toString(topic.partitions()));
    told.put(PlainLoop.RECORDS, Long.toString(expected.records()));
    told.put(PlainLoop.DONE, done.toString());
    told.put(PlainLoop.UPSERTS, Boolean.toString(mode == LoadMode.UPSERT));
    return told;
  }

  private Figures await(MeasuredProcess process, BooleanSupplier isLoaded)
      throws InterruptedException {
    var deadline = System.nanoTime() + LIMIT.toNanos();
    while (!isLoaded.getAsBoolean()) {
      process.checkAlive();
      if (System.nanoTime() > deadline) {
        throw new CommandException(
            "%s, %s: not loaded after %d s. %s"
                .formatted(name(), mode(), LIMIT.toSeconds(), process.said()));
      }
      Thread.sleep(POLL_MS);
    }
    var seconds = (System.nanoTime() - process.startedNanos()) / 1e9;
    var usage = process.usage();
    var figures = new Figures();
    figures.put(Metric.PER_SECOND, expected.records() / seconds);
    figures.put(Metric.CPU_SECONDS_PER_MILLION, usage.cpuSeconds() / expected.records() * 1e6);
    figures.put(Metric.PEAK_RSS_MIB, usage.peakRssMib());
    return figures;
  }

  private void check(String table) {
    var wanted =
        switch (mode) {
          case APPEND ->
              new CloudService.Held(expected.appendedRows(), expected.appendedArrivals());
          case UPSERT ->
              new CloudService.Held(expected.upsertedRows(), expected.upsertedArrivals());
        };
    var held = service.held(table);
    if (!held.equals(wanted)) {
      throw new CommandException(
          "%s, %s: the table %s has %s, and should have %s"
              .formatted(name(), mode(), table, held, wanted));
    }
  }
}
