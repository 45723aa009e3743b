package dev.acequia.benchmarks.query;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.benchmarks.load.HttpLoad;
import dev.acequia.benchmarks.load.LoadPlan;
import dev.acequia.benchmarks.load.RequestFile;
import dev.acequia.benchmarks.serving.ConstantAnswers;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import dev.acequia.benchmarks.serving.HttpSubject;
import dev.acequia.benchmarks.serving.Server;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All subjects, started, checked and warmed up. */
final class Contest implements AutoCloseable {
  /** What counts as a process's first seconds. */
  static final Duration COLD = Duration.ofSeconds(5);

  private static final Duration WARM_UP = Duration.ofSeconds(1);
  private static final JsonMapper JSON = new JsonMapper();

  private final Workplace workplace;
  private final QueryBenchmark.Settings settings;
  private final Map<Question, List<List<String>>> variants = new EnumMap<>(Question.class);
  private final Map<Question, List<Entry>> entries = new EnumMap<>(Question.class);
  private final List<Server> servers = new ArrayList<>();
  private final Figures cold = new Figures();

  /** One subject with one question. */
  record Entry(String subject, Question question, Run run) {}

  /** A measurement. */
  interface Run {
    Figures measure() throws IOException, InterruptedException;
  }

  private Contest(Workplace workplace, QueryBenchmark.Settings settings) {
    this.workplace = workplace;
    this.settings = settings;
  }

  static Contest open(
      Workplace workplace,
      FlightsPipeline pipeline,
      Connection connection,
      QueryBenchmark.Settings settings,
      Progress progress)
      throws IOException, SQLException, InterruptedException {
    var contest = new Contest(workplace, settings);
    try {
      for (var question : Question.values()) {
        contest.variants.put(question, question.variants(connection));
        contest.entries.put(question, new ArrayList<>());
      }
      progress.say("starting the API, cold, and warming it up");
      var api = contest.opened(pipeline.startApi());
      contest.addOurs(api, connection);
      progress.say("warming up the constant answers");
      contest.addConstants(api);
      if (settings.peers()) {
        contest.addPrest(Prest.start(workplace, settings.connections(), progress));
      }
      return contest;
    } catch (IOException | SQLException | InterruptedException | RuntimeException e) {
      contest.close();
      throw e;
    }
  }

  /** What is measured in each round. */
  List<Entry> entries() {
    return entries.values().stream().flatMap(List::stream).toList();
  }

  /** Of the API, by key. */
  Figures cold() {
    return cold;
  }

  @Override
  public void close() {
    servers.forEach(Server::close);
  }

  private Server opened(Server server) {
    servers.add(server);
    return server;
  }

  /** The API; and pgbench, which learns from the API's connections what it asked PostgreSQL. */
  private void addOurs(Server api, Connection connection)
      throws IOException, SQLException, InterruptedException {
    for (var question : Question.values()) {
      checkAnswer(question, api, question::ours);
      var plan = plan(api, question, "ours", question::ourRequest);
      if (question == Question.BY_KEY) {
        cold.put(
            Metric.COLD_PER_SECOND, HttpLoad.run(plan.lasting(Duration.ZERO, COLD)).perSecond());
      }
      HttpLoad.run(plan.lasting(settings.warmUp(), WARM_UP));
      checkAnswer(question, api, question::ours); // alone, as each of pgbench's statements is
      var pgbench =
          new Pgbench(
              workplace,
              settings.connections(),
              question.name(),
              askedOf(connection),
              variants(question));
      add(Comparison.DATABASE, question, () -> pgbench.measure(settings.measured()));
      addHttp(Comparison.OURS, question, api, plan);
    }
  }

  /** The statement that the API's connections have run last. */
  private static String askedOf(Connection connection) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT query FROM pg_stat_activity WHERE application_name = ? AND query LIKE '%$1%'"
                + " ORDER BY query_start DESC LIMIT 1")) {
      statement.setString(1, FlightsPipeline.API_NAME);
      try (var rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new CommandException("PostgreSQL shows no statement of the API's");
        }
        return rows.getString(1);
      }
    }
  }

  private void addConstants(Server api) throws IOException, InterruptedException {
    var answers = new LinkedHashMap<String, byte[]>();
    for (var question : Question.values()) {
      answers.put(question.name(), api.get(question.ours(first(question))));
    }
    var server = opened(ConstantAnswers.start(workplace, answers));
    for (var question : Question.values()) {
      var plan = plan(server, question, "constant", _ -> RequestFile.get("/" + question.name()));
      HttpLoad.run(plan.lasting(settings.warmUp(), WARM_UP));
      addHttp(Comparison.HTTP, question, server, plan);
    }
  }

  private void addPrest(Server prest) throws IOException, InterruptedException {
    opened(prest);
    for (var question : Question.values()) {
      checkAnswer(question, prest, question::prests);
      var plan = plan(prest, question, "prest", question::prestsRequest);
      HttpLoad.run(plan.lasting(WARM_UP, WARM_UP));
      addHttp(Prest.NAME, question, prest, plan);
    }
  }

  /** Every subject answers the first variant with as many records. */
  private void checkAnswer(Question question, Server server, Function<List<String>, String> address)
      throws IOException, InterruptedException {
    var answer = JSON.readTree(server.get(address.apply(first(question))));
    var records = answer.isArray() ? answer.size() : 1;
    if (records != question.records()) {
      throw new CommandException(
          "%s answers %s with %d records instead of %d"
              .formatted(server.address(), question.shown(), records, question.records()));
    }
  }

  private List<String> first(Question question) {
    return Question.encoded(variants(question).getFirst());
  }

  private List<List<String>> variants(Question question) {
    return variants.getOrDefault(question, List.of());
  }

  private LoadPlan plan(
      Server server, Question question, String name, Function<List<String>, byte[]> request)
      throws IOException {
    var file = workplace.folder().resolve(name + "-" + question.name() + ".requests");
    RequestFile.write(file, variants(question).stream().map(request).toList());
    return new LoadPlan(
        server.address(), file, settings.connections(), 0, WARM_UP, settings.measured());
  }

  private void addHttp(String name, Question question, Server server, LoadPlan plan) {
    var subject = new HttpSubject(workplace, server);
    add(name, question, () -> subject.measure(plan, 1));
  }

  private void add(String name, Question question, Run run) {
    entries.getOrDefault(question, List.of()).add(new Entry(name, question, run));
  }
}
