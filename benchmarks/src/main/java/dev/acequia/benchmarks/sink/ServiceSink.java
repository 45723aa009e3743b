package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Check;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Rounds;
import dev.acequia.benchmarks.harness.Spread;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.sink.ServiceSubject.Loader;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Loads the same records into a cloud's service by Acequia and by a loop of its SDK, in turn. */
final class ServiceSink implements Benchmark {
  /** What a load may cost beside the loop. */
  private static final double CPU_LIMIT_PERCENT = 125;

  private static final double RSS_LIMIT_MIB = 400;

  /**
   * What to do.
   *
   * @param records for the stub
   * @param recordsOfDouble for the double, which is slow
   */
  record Settings(long records, long recordsOfDouble, int rounds, long seed) {}

  private final Function<Path, CloudService> start;
  private final Settings settings;

  /**
   * A benchmark.
   *
   * @param start starts the service on a folder
   */
  ServiceSink(Function<Path, CloudService> start, Settings settings) {
    this.start = start;
    this.settings = settings;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    try (var workplace = Workplace.openWithoutDatabase("sink");
        var service = start.apply(workplace.folder());
        var many = FlightTopic.create(workplace.kafka().bootstrapServers(), "bench.flights", 20);
        var few = FlightTopic.create(workplace.kafka().bootstrapServers(), "bench.few", 20)) {
      var subjects = new ArrayList<Subject>();
      subjects.addAll(subjects(workplace, service, Place.STUB, many, settings.records()));
      subjects.addAll(subjects(workplace, service, Place.DOUBLE, few, settings.recordsOfDouble()));
      var rounds = new Rounds();
      for (var round = 1; round <= settings.rounds(); round++) {
        for (var subject : subjects) {
          var figures = subject.load(round);
          progress.say("round %d: %s, %s: %s", round, subject.name(), subject.mode(), figures);
          rounds.add(subject.name(), subject.mode(), figures);
        }
      }
      return report(service, rounds.results());
    }
  }

  private List<Subject> subjects(
      Workplace workplace, CloudService service, Place place, FlightTopic topic, long records)
      throws IOException {
    var expected = fill(topic, records);
    var subjects = new ArrayList<Subject>();
    for (var mode : LoadMode.values()) {
      for (var loader : Loader.values()) {
        subjects.add(
            new ServiceSubject(
                workplace, service, loader, place, mode, topic.definition(), expected));
      }
    }
    return subjects;
  }

  private Expected fill(FlightTopic topic, long records) throws IOException {
    var expected = new Expected(FlightTopic.PARTITIONS);
    var flights =
        FlightStream.of(Workplace.repository().resolve("examples/flights.ndjson"), settings.seed());
    for (var i = 0L; i < records; i++) {
      var flight = flights.next();
      var at = topic.send(flight);
      expected.add(flight, at.partition(), at.offset());
    }
    topic.flush();
    return expected;
  }

  private Report report(CloudService service, List<Result> results) {
    return new Report(
        "From a topic into %s: %,d flight records into a stub, %,d into its double, %d rounds"
            .formatted(
                service.name(), settings.records(), settings.recordsOfDouble(), settings.rounds()),
        List.of(
            "the stub takes rows at once and forgets them; rates and CPU from the start of each process"),
        compared(results),
        checks(results));
  }

  /** With the CPU time of each load divided by the loop's. */
  static List<Result> compared(List<Result> results) {
    return results.stream()
        .map(
            result -> {
              var figures = new EnumMap<Metric, Spread>(Metric.class);
              figures.putAll(result.figures());
              ratio(result, results).ifPresent(ratio -> figures.put(Metric.CPU_RATIO, ratio));
              return new Result(result.subject(), result.mode(), figures);
            })
        .toList();
  }

  private static Optional<Spread> ratio(Result result, List<Result> all) {
    return all.stream()
        .filter(
            loop ->
                result.subject().equals(Loader.ACEQUIA.words())
                    && loop.subject().equals(Loader.LOOP.words())
                    && loop.mode().equals(result.mode()))
        .findFirst()
        .flatMap(loop -> loop.figure(Metric.CPU_SECONDS_PER_MILLION))
        .flatMap(
            loop ->
                result
                    .figure(Metric.CPU_SECONDS_PER_MILLION)
                    .map(own -> own.dividedBy(loop.median())));
  }

  /** On the stub, where a load costs what it is itself. */
  static List<Check> checks(List<Result> results) {
    var checks = new ArrayList<Check>();
    for (var result : compared(results)) {
      result
          .figure(Metric.CPU_RATIO)
          .filter(ratio -> result.mode().endsWith(Place.STUB.words()))
          .ifPresent(
              ratio ->
                  checks.add(
                      Check.atMost(
                          "CPU in % of the loop's, " + result.mode(),
                          CPU_LIMIT_PERCENT,
                          ratio.median() * 100)));
      if (result.subject().equals(Loader.ACEQUIA.words())) {
        result
            .figure(Metric.PEAK_RSS_MIB)
            .ifPresent(
                rss ->
                    checks.add(
                        Check.atMost(
                            "peak RSS in MiB, " + result.mode(), RSS_LIMIT_MIB, rss.max())));
      }
    }
    return checks;
  }
}
