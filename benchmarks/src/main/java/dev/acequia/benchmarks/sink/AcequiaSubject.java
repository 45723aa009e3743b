package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.TopicDefinition;
import java.time.Duration;
import java.util.Locale;

/** Acequia's consumer process, after its migration process has made the table. */
final class AcequiaSubject implements Subject {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Workplace workplace;
  private final TopicDefinition topic;
  private final Expected expected;
  private final LoadMode mode;
  private final BadRecords bad;

  /**
   * A load of its own.
   *
   * @param expected without what is bad
   */
  AcequiaSubject(
      Workplace workplace,
      TopicDefinition topic,
      Expected expected,
      LoadMode mode,
      BadRecords bad) {
    this.workplace = workplace;
    this.bad = bad;
    this.topic = topic;
    this.expected = expected;
    this.mode = mode;
  }

  @Override
  public String name() {
    return bad.subject();
  }

  @Override
  public String mode() {
    return mode.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Figures load(int round) throws Exception {
    var name = "acequia_%s_%s_%d".formatted(bad, mode, round).toLowerCase(Locale.ROOT);
    try (var database = Database.create(workplace.postgres(), name)) {
      var pipeline = new AcequiaPipeline(workplace, database, topic, mode);
      pipeline.migrate();
      if (bad == BadRecords.REFUSED) {
        database.execute(BadRecords.CONSTRAINT.formatted(AcequiaPipeline.TABLE));
      }
      database.checkpoint();
      var meter = new LoadMeter(workplace);
      try (var connection = database.connect();
          var consumer = pipeline.startConsumer()) {
        var last =
            switch (mode) {
              case APPEND ->
                  LastOnes.byProvenance(
                      AcequiaPipeline.TABLE, "_generation = 1", "_partition", "_offset", expected);
              case UPSERT -> LastOnes.byKey(AcequiaPipeline.TABLE, expected);
            };
        var seen =
            new LoadWatch(connection, AcequiaPipeline.TABLE, consumer)
                .await(last, expected.lasts().size(), LIMIT);
        var figures = meter.shares(consumer.usage(), expected.records());
        figures.put(Metric.PER_SECOND, seen.rate(expected.records()));
        figures.put(Metric.COLD_START_MS, (seen.firstNanos() - consumer.startedNanos()) / 1e6);
        switch (mode) {
          case APPEND ->
              database.check(
                  name() + " " + mode(),
                  AcequiaPipeline.TABLE,
                  expected.appendedRows(),
                  expected.appendedArrivals());
          case UPSERT ->
              database.check(
                  name() + " " + mode(),
                  AcequiaPipeline.TABLE,
                  expected.upsertedRows(),
                  expected.upsertedArrivals());
        }
        return figures;
      }
    }
  }
}
