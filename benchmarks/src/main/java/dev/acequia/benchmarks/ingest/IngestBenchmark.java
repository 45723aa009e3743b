package dev.acequia.benchmarks.ingest;

import dev.acequia.benchmarks.constant.ConstantServer;
import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Rounds;
import dev.acequia.benchmarks.harness.Versions;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.load.HttpLoad;
import dev.acequia.benchmarks.load.LoadPlan;
import dev.acequia.benchmarks.serving.ConstantAnswers;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import dev.acequia.benchmarks.serving.HttpSubject;
import dev.acequia.benchmarks.serving.Server;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Posts to each subject in turn, round by round. */
final class IngestBenchmark implements Benchmark {
  private static final Duration COLD = Duration.ofSeconds(5);
  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final Duration STEADY_WARM_UP = Duration.ofSeconds(3);
  private static final String CONSTANT = "accepted";
  private static final String SINGLE = "1 record a post";
  private static final String HUNDRED = "100 records a post";
  private static final double STEADY_SHARE = .9;

  private final Settings settings;

  /**
   * What to do.
   *
   * @param measured for so long, each subject in each round
   * @param warmUp for so long, each server with each kind of body before the first round
   */
  record Settings(int connections, int rounds, Duration measured, Duration warmUp) {}

  IngestBenchmark(Settings settings) {
    this.settings = settings;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    progress.say("starting Kafka and PostgreSQL");
    try (var workplace = Workplace.open("ingest", Map.of())) {
      var pipeline = FlightsPipeline.create(workplace);
      var bodies = Bodies.read(Flights.file());
      var producer =
          new ProducerPerformance(
              workplace, pipeline.topic().name(), bodies.lines(workplace.folder()), progress);
      var rounds = new Rounds();
      progress.say("starting the API, cold, and warming it up");
      try (var api = pipeline.startApi();
          var constant =
              ConstantAnswers.start(
                  workplace,
                  Map.of(CONSTANT, "{\"accepted\":1}".getBytes(StandardCharsets.UTF_8)))) {
        var single = plan(workplace, api, bodies, 1, "/v1/records");
        var hundred = plan(workplace, api, bodies, 100, "/v1/records");
        var answer = plan(workplace, constant, bodies, 1, "/" + CONSTANT);
        var controller =
            plan(workplace, constant, bodies, 1, ConstantServer.CONTROLLER + "/" + CONSTANT);
        rounds.add(Comparison.OURS, SINGLE, cold(single));
        for (var plan : List.of(single, hundred, answer, controller)) {
          HttpLoad.run(plan.lasting(settings.warmUp(), WARM_UP));
        }
        var ours = new HttpSubject(workplace, api);
        var limit = new HttpSubject(workplace, constant);
        for (var round = 1; round <= settings.rounds(); round++) {
          measureTopAndSteady(rounds, Comparison.HTTP, limit, answer, progress);
          add(rounds, Comparison.CONTROLLER, SINGLE, limit.measure(controller, 1), progress);
          measureTopAndSteady(rounds, Comparison.OURS, ours, single, progress);
          add(rounds, ProducerPerformance.NAME, HUNDRED, producer.measure(), progress);
          add(rounds, Comparison.OURS, HUNDRED, ours.measure(hundred, 100), progress);
        }
        check(pipeline, api);
      }
      try (var connection = pipeline.connect()) {
        return new Report(
            "Records posted over HTTP into Kafka, acks=all: %d connections, %d rounds"
                .formatted(settings.connections(), settings.rounds()),
            head(Versions.of(connection)),
            Comparison.of(rounds.results()));
      }
    }
  }

  /** As fast as it goes, and then the latencies under a load that comes steadily. */
  private void measureTopAndSteady(
      Rounds rounds, String name, HttpSubject subject, LoadPlan plan, Progress progress)
      throws IOException, InterruptedException {
    var top = subject.measure(plan, 1);
    add(rounds, name, SINGLE, top, progress);
    var steady =
        plan.paced(top.value(Metric.PER_SECOND) * STEADY_SHARE)
            .lasting(STEADY_WARM_UP, settings.measured());
    add(rounds, name, SINGLE + Comparison.STEADY, subject.measure(steady, 1), progress);
  }

  /** Every record that was answered for is in the topic, beside what the limit's producer sent. */
  private void check(FlightsPipeline pipeline, Server api) throws Exception {
    var accepted = pipeline.accepted(api);
    var others = (long) settings.rounds() * ProducerPerformance.RECORDS;
    var found = pipeline.inTopic();
    if (accepted == 0 || found < accepted + others) {
      throw new CommandException(
          "the topic holds %,d records, but %,d were accepted and %,d sent beside them"
              .formatted(found, accepted, others));
    }
  }

  private static Figures cold(LoadPlan plan) throws IOException, InterruptedException {
    var figures = new Figures();
    figures.put(
        Metric.COLD_PER_SECOND, HttpLoad.run(plan.lasting(Duration.ZERO, COLD)).perSecond());
    return figures;
  }

  private static void add(
      Rounds rounds, String subject, String mode, Figures figures, Progress progress) {
    progress.say(
        "%s, %s: %s records per second, p99 %s ms",
        subject, mode, figures.shown(Metric.PER_SECOND), figures.shown(Metric.P99_MS));
    rounds.add(subject, mode, figures);
  }

  private LoadPlan plan(
      Workplace workplace, Server server, Bodies bodies, int recordsEach, String path)
      throws IOException {
    return new LoadPlan(
        server.address(),
        bodies.posts(workplace.folder(), recordsEach, path),
        settings.connections(),
        0,
        WARM_UP,
        settings.measured());
  }

  private List<String> head(List<String> versions) {
    var lines = new ArrayList<>(versions);
    lines.add("one broker with its default log settings; records of about 150 bytes");
    lines.add(
        "rates are records per second; x limit: by the constant answer for single records, by"
            + " ProducerPerformance for bodies of 100; x peer: by the controller; p99: of a post; cold: the first %d s of a process"
                .formatted(COLD.toSeconds()));
    return lines;
  }
}
