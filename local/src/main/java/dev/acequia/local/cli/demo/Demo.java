package dev.acequia.local.cli.demo;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import dev.acequia.local.cli.load.FileImport;
import dev.acequia.local.cli.load.ImportListener;
import dev.acequia.local.cli.load.ImportOptions;
import dev.acequia.local.cli.load.RecordProblem;
import dev.acequia.local.cli.source.CsvDialect;
import dev.acequia.local.cli.source.RecordFile;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One pipeline from its resource to the answer of a query, told step by step. */
public final class Demo {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration COUNT_LIMIT = Duration.ofMinutes(2);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final String OWN =
      "{\"time_hour\":\"2026-07-01T12:00:00Z\",\"carrier\":\"ME\",\"flight\":1,"
          + "\"origin\":\"JFK\",\"dest\":\"LAX\",\"dep_delay\":5}";
  private static final String OWN_KEY = "2026-07-01T12:00:00Z,ME,1,JFK";
  private static final String BAD = "{\"carrier\":\"ME\",\"flight\":\"one\",\"origin\":\"JFK\"}";

  private final Path examples;
  private final Questions questions;
  private final Screen screen;
  private final DemoPipeline pipeline;
  private final String altered;
  private final boolean removes;
  private final boolean created;
  private final UnaryOperator<Endpoint> caller;

  /**
   * Prepares the demonstration.
   *
   * @param examples the folder with flights.yaml and flights.ndjson
   * @param store the pipeline's {@code spec.store} as YAML; null for the example's own
   * @param name the pipeline's name; null for the example's own
   * @param questions what its store answers
   * @param startsOver whether a pipeline of this name is removed first, since its table is gone
   * @param caller how the endpoint is called
   */
  public Demo(
      KubernetesClient client,
      Path examples,
      @Nullable String store,
      @Nullable String name,
      Questions questions,
      boolean startsOver,
      Screen screen,
      UnaryOperator<Endpoint> caller) {
    this.caller = caller;
    this.examples = examples;
    this.questions = questions;
    this.screen = screen;
    this.pipeline = DemoPipeline.of(client, examples.resolve("flights.yaml"), store, name, screen);
    this.altered =
        store == null ? "" : ", named " + pipeline.name() + ", with store: {" + store + "}";
    this.removes = startsOver && pipeline.exists();
    this.created = removes || !pipeline.exists();
  }

  /**
   * Tells the story.
   *
   * @return where the pipeline is reached
   * @throws CommandException when something did not work as it should
   */
  public Endpoint run() throws InterruptedException {
    screen.part("The pipeline: kubectl apply -f examples/flights.yaml" + altered);
    if (removes) {
      pipeline.delete();
    }
    pipeline.apply();
    var endpoint = caller.apply(Endpoint.of(pipeline.awaitReady()));
    screen.fact("endpoint", endpoint.toString());
    var api = new DemoApi(endpoint);
    push(endpoint, api);
    ask(api);
    refuse(endpoint, api);
    return endpoint;
  }

  /** Removes what the demonstration created, for one that leaves nothing behind. */
  public void cleanUp() throws InterruptedException {
    if (created) {
      pipeline.delete();
    }
  }

  private void push(Endpoint endpoint, DemoApi api) throws InterruptedException {
    screen.part("The data: departures from New York in 2013, pushed over HTTP");
    var before = created ? 0 : count(api);
    var began = System.nanoTime();
    var options =
        new ImportOptions(
            new CsvDialect(',', false, StandardCharsets.UTF_8, Set.of()),
            Set.of(),
            null,
            4,
            1000,
            false,
            null,
            PATIENCE);
    var problems = new FirstProblem();
    var result =
        FileImport.prepare(RecordFile.of(examples.resolve("flights.ndjson")), endpoint, options)
            .run(problems);
    if (!result.isComplete()) {
      throw new CommandException(
          "%,d of %,d records were accepted; %s"
              .formatted(result.accepted(), result.read(), problems.orElse(result.failure())));
    }
    screen.done("accepted", number(result.accepted()) + " records are durable", began);
    awaitCount(api, result.accepted(), before, began);
  }

  private void awaitCount(DemoApi api, long pushed, long before, long began)
      throws InterruptedException {
    var count = count(api);
    while (before == 0 ? count != pushed : count < pushed) {
      if (System.nanoTime() - began > COUNT_LIMIT.toNanos()) {
        throw new CommandException(
            "%,d records were accepted, but %,d can be queried after %d s"
                .formatted(pushed, count, COUNT_LIMIT.toSeconds()));
      }
      screen.waitingFor("the records: " + number(count) + " can be queried", began);
      Thread.sleep(LOOK); // the count is asked for, not told
      count = count(api);
    }
    screen.done(
        "queryable",
        number(count) + " records" + (before == 0 ? "" : ", with those of earlier"),
        began);
  }

  private long count(DemoApi api) throws InterruptedException {
    return api.count(questions.parts());
  }

  private void ask(DemoApi api) throws InterruptedException {
    screen.part("Two questions");
    var isFirst = true;
    for (var question : questions.questions()) {
      if (!isFirst) {
        screen.line("");
      }
      answer(api, question);
      isFirst = false;
    }
  }

  private void answer(DemoApi api, Questions.Question question) throws InterruptedException {
    var began = System.nanoTime();
    var query = question.query();
    var rows = api.query(query);
    if (rows.isEmpty()) {
      throw new CommandException(api.address(query) + " answers with nothing");
    }
    screen.line("  " + question.words());
    screen.line("    curl '" + api.address(query) + "'");
    for (var row : rows) {
      screen.line("    " + row);
    }
    screen.done("answered", rows.size() + " rows", began);
  }

  private void refuse(Endpoint endpoint, DemoApi api) throws InterruptedException {
    screen.part("A bad record is refused, and told why");
    screen.line("    curl '" + endpoint.records() + "' -H 'Content-Type: application/json' \\");
    screen.line("      -d '" + BAD + "'");
    var problem = api.pushBad(BAD);
    screen.line("    " + problem.path("status") + " " + problem.path("title").asText());
    for (var error : problem.path("errors")) {
      screen.line("    " + error);
    }
  }

  /** Says what to try next, ready to copy. */
  public void invite(Endpoint endpoint, Path kubeconfig, String kubectl) {
    screen.part("Your turn");
    var records = endpoint.records();
    for (var line :
        List.of(
            "  A record of your own, and its way back:",
            "    curl '" + records + "' -H 'Content-Type: application/json' \\",
            "      -d '" + OWN + "'",
            "    curl '" + records + "/" + OWN_KEY + "'",
            "",
            "  In the browser:   " + endpoint + "/docs",
            "  In the cluster:   export KUBECONFIG=" + kubeconfig,
            "                    " + kubectl + " get datapipelines",
            "                    " + kubectl + " describe datapipeline " + pipeline.name(),
            "  Your own data:    ./acequia new FILE.csv > mine.yaml",
            "                    " + kubectl + " apply -f mine.yaml",
            "                    ./acequia import FILE.csv --to ENDPOINT")) {
      screen.line(line);
    }
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** What to say when the push goes wrong. */
  private static final class FirstProblem implements ImportListener {
    private volatile @Nullable String first;

    String orElse(@Nullable String other) {
      var problem = first;
      return problem != null ? problem : String.valueOf(other);
    }

    @Override
    public void answered(int accepted, int rejected, double share) {}

    @Override
    public void problem(RecordProblem problem) {
      if (first == null) {
        first = problem.toString();
      }
    }

    @Override
    public void remark(String text) {}

    @Override
    public void waiting(String reason, Duration delay) {
      first = reason;
    }

    @Override
    public void recovered() {
      first = null;
    }
  }
}
