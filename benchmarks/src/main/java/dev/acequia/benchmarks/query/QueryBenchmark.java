package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Rounds;
import dev.acequia.benchmarks.harness.Versions;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks each subject the same questions in turn, round by round. */
final class QueryBenchmark implements Benchmark {
  /** The table fits into memory, so that the disk's speed does not count. */
  private static final Map<String, String> POSTGRES =
      Map.of("shared_buffers", "1GB", "max_wal_size", "8GB");

  private final Settings settings;

  /**
   * What to do.
   *
   * @param measured for so long, each subject in each round
   * @param warmUp for so long, each server with each question before the first round
   * @param peers whether to run pREST
   */
  record Settings(
      int rows, int connections, int rounds, Duration measured, Duration warmUp, boolean peers) {}

  QueryBenchmark(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    var pgbench = Pgbench.version();
    progress.say("starting Kafka and PostgreSQL");
    try (var workplace = Workplace.open("query", POSTGRES)) {
      var pipeline = FlightsPipeline.create(workplace);
      try (var connection = pipeline.connect()) {
        progress.say("filling the table with %,d rows", settings.rows());
        FlightsTable.fill(connection, settings.rows());
        var rounds = new Rounds();
        try (var contest = Contest.open(workplace, pipeline, connection, settings, progress)) {
          rounds.add(Comparison.OURS, Question.BY_KEY.shown(), contest.cold());
          for (var round = 1; round <= settings.rounds(); round++) {
            for (var entry : contest.entries()) {
              var figures = entry.run().measure();
              progress.say(
                  "round %d: %s, %s: %s per second, p99 %s ms",
                  round,
                  entry.subject(),
                  entry.question().shown(),
                  figures.shown(Metric.PER_SECOND),
                  figures.shown(Metric.P99_MS));
              rounds.add(entry.subject(), entry.question().shown(), figures);
            }
          }
        }
        return new Report(
            "Answers over HTTP from a table of %,d flights, %d connections, %d rounds"
                .formatted(settings.rows(), settings.connections(), settings.rounds()),
            head(Versions.of(connection), pgbench),
            Comparison.of(rounds.results()));
      }
    }
  }

  private List<String> head(List<String> versions, String pgbench) {
    var lines = new ArrayList<>(versions);
    lines.add("%s; PostgreSQL: fsync and synchronous_commit on, %s".formatted(pgbench, POSTGRES));
    lines.add(
        "each subject is measured for %d s after a warm-up, with the same %d variants of a question in turn"
            .formatted(settings.measured().toSeconds(), Question.VARIANTS));
    lines.add(
        "the bound: 1/(1/pgbench + 1/constant); x limit: by the bound; x peer: by pREST; CPU s: of the"
            + " subject's own process; cold: the first %d s of a process"
                .formatted(Contest.COLD.toSeconds()));
    if (settings.peers()) {
      lines.add("PostgREST is not among the peers: none of the package registries has it");
    }
    return lines;
  }
}
