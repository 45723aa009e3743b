package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.PeerLibraries;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Rounds;
import dev.acequia.benchmarks.harness.Versions;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Loads the same records by each subject in turn, round by round. */
final class SinkBenchmark implements Benchmark {
  /** Room for a load's working set and log, so that no subject pays for checkpoints of another. */
  private static final Map<String, String> POSTGRES =
      Map.of("shared_buffers", "1GB", "max_wal_size", "8GB", "checkpoint_timeout", "15min");

  /** The round that nobody measures. */
  private static final int WARM_UP = 0;

  /** Of rows that no consumer loads. */
  private static final int GENERATION = 1;

  private final Settings settings;

  /**
   * What to do.
   *
   * @param peers whether to run Kafka Connect
   */
  record Settings(long records, int rounds, long seed, boolean peers) {}

  SinkBenchmark(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    progress.say("starting Kafka and PostgreSQL");
    try (var workplace = Workplace.open("sink", POSTGRES);
        var topic = FlightTopic.create(workplace.kafka().bootstrapServers(), "bench.flights", 20);
        var broken = FlightTopic.create(workplace.kafka().bootstrapServers(), "bench.broken", 20);
        var limit = CopyLimit.create(workplace, topic.definition());
        var trickle = Trickle.create(workplace, flights());
        var connection = workplace.postgres().connect("postgres")) {
      var expected = fill(topic, limit, progress);
      var good = fillAndSpoil(broken);
      var loads = new ArrayList<Subject>();
      for (var format : CopyLimit.Format.values()) {
        loads.add(limit.subject(format, expected));
      }
      loads.addAll(acequia(workplace, topic, expected, BadRecords.NONE));
      progress.say("warming up the broker, and PostgreSQL's log, which is made of new files first");
      for (var subject : loads) {
        subject.load(WARM_UP);
      }
      var subjects = new ArrayList<>(loads);
      subjects.addAll(acequia(workplace, broken, good, BadRecords.BROKEN));
      subjects.addAll(acequia(workplace, topic, good, BadRecords.REFUSED));
      subjects.add(trickle);
      subjects.addAll(peers(workplace, topic, expected, progress));
      var rounds = new Rounds();
      for (var round = 1; round <= settings.rounds(); round++) {
        for (var subject : subjects) {
          var figures = subject.load(round);
          progress.say("round %d: %s, %s: %s", round, subject.name(), subject.mode(), figures);
          rounds.add(subject.name(), subject.mode(), figures);
        }
      }
      return new Report(
          "From a topic into PostgreSQL: %,d flight records, %d rounds"
              .formatted(settings.records(), settings.rounds()),
          head(Versions.of(connection)),
          Comparison.of(rounds.results()));
    }
  }

  private Expected fill(FlightTopic topic, CopyLimit limit, Progress progress) throws Exception {
    var expected = new Expected(FlightTopic.PARTITIONS);
    var flights = flights();
    var bytes = 0L;
    try (var rows = limit.rows()) {
      for (var i = 0L; i < settings.records(); i++) {
        var flight = flights.next();
        var place = topic.send(flight);
        expected.add(flight, place.partition(), place.offset());
        rows.add(flight.copyLine(GENERATION, place.partition(), place.offset()));
        bytes += flight.json().length;
      }
      topic.flush();
    }
    limit.writeFiles();
    progress.say(
        "the topic holds %,d records of %d bytes on average, of %,d flights",
        expected.records(), bytes / expected.records(), expected.upsertedRows());
    return expected;
  }

  /** The same records at the same places, of which some break off; what is left without those. */
  private Expected fillAndSpoil(FlightTopic topic) throws IOException {
    var good = new Expected(FlightTopic.PARTITIONS);
    var flights = flights();
    for (var i = 0L; i < settings.records(); i++) {
      var flight = flights.next();
      if (BadRecords.spoils(flight)) {
        var _ = topic.sendBroken(flight);
      } else {
        var place = topic.send(flight);
        good.add(flight, place.partition(), place.offset());
      }
    }
    topic.flush();
    return good;
  }

  private static List<Subject> acequia(
      Workplace workplace, FlightTopic topic, Expected expected, BadRecords bad) {
    return Arrays.stream(LoadMode.values())
        .<Subject>map(
            mode -> new AcequiaSubject(workplace, topic.definition(), expected, mode, bad))
        .toList();
  }

  private List<Subject> peers(
      Workplace workplace, FlightTopic topic, Expected expected, Progress progress)
      throws Exception {
    var peers = new ArrayList<Subject>();
    if (settings.peers()) {
      var libraries = PeerLibraries.of("kafka-connect", progress);
      for (var way : ConnectSubject.Way.values()) {
        peers.add(
            new ConnectSubject(workplace, libraries, topic.definition().name(), expected, way));
      }
    }
    return peers;
  }

  private FlightStream flights() throws IOException {
    return FlightStream.of(
        Workplace.repository().resolve("examples/flights.ndjson"), settings.seed());
  }

  private List<String> head(List<String> versions) {
    var lines = new ArrayList<>(versions);
    lines.add(
        "%d partitions, seed %d; PostgreSQL: fsync and synchronous_commit on, %s"
            .formatted(FlightTopic.PARTITIONS, settings.seed(), POSTGRES));
    lines.add(
        "rates from the first committed row to the last; x limit: by COPY binary's median; x peer: by the best peer's in the same mode; p99: from a record's sending to its being queryable");
    return lines;
  }
}
