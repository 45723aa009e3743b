package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
import dev.acequia.benchmarks.harness.StoreChoice;
import dev.acequia.benchmarks.harness.WorkFolder;
import dev.acequia.contract.LoadMode;
import dev.acequia.local.CommandException;
import dev.acequia.servers.PostgresSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A history in append mode and one in upsert mode, at once and on the same servers. */
final class FaultsBenchmark implements Benchmark {
  private final StoreChoice store;
  private final Duration time;
  private final @Nullable Long ids;
  private final List<Fault> faults;
  private final long seed;

  /** What was inflicted, and what was seen. */
  private record Run(List<Fault> drawn, List<History.Outcome> outcomes) {}

  /**
   * A benchmark.
   *
   * @param ids in each mode; null for as many as the store can take
   * @param faults empty for all that the store can suffer
   */
  FaultsBenchmark(
      StoreChoice store, Duration time, @Nullable Long ids, List<Fault> faults, long seed) {
    this.store = store;
    this.time = time;
    this.ids = ids;
    this.faults = List.copyOf(faults);
    this.seed = seed;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    progress.say("seed %d", seed);
    var folder = WorkFolder.create("faults");
    var seen = histories(folder.path(), progress);
    var failures = seen.outcomes().stream().filter(outcome -> !outcome.isClean()).toList();
    if (!failures.isEmpty()) {
      throw new CommandException(
          "%s%nThe logs are in %s. To repeat the faults: --seed %d"
              .formatted(
                  String.join("\n", failures.stream().map(FaultsBenchmark::words).toList()),
                  folder.path(),
                  seed));
    }
    folder.delete();
    return report(seen);
  }

  private Run histories(Path folder, Progress progress) throws Exception {
    try (var servers = new FaultyServers(folder, start(), Map.of());
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var drawn = drawn(servers.store());
      var deadline = System.nanoTime() + time.toNanos();
      var calm = new CountDownLatch(LoadMode.values().length);
      var histories = new ArrayList<Callable<History.Outcome>>();
      for (var mode : LoadMode.values()) {
        histories.add(
            new History(
                servers,
                plan(servers.store(), drawn, mode, deadline),
                folder.resolve(mode.name()),
                calm,
                line -> progress.say("%s", line)));
      }
      var outcomes = new ArrayList<History.Outcome>();
      for (var history : threads.invokeAll(histories)) {
        outcomes.add(history.get());
      }
      return new Run(drawn, outcomes);
    }
  }

  private FaultyServers.StoreStart start() {
    return switch (store) {
      case POSTGRES -> PostgresHistory.with(PostgresSettings.ofDurable());
      case DYNAMODB -> DynamoHistory::start;
      case BIGQUERY -> BigQueryHistory::start;
    };
  }

  private List<Fault> drawn(HistoryStore served) {
    var unknown = faults.stream().filter(fault -> !served.faults().contains(fault)).toList();
    if (!unknown.isEmpty()) {
      throw new CommandException(
          "%s is no fault of %s; it has %s".formatted(unknown.getFirst(), store, served.faults()));
    }
    return faults.isEmpty() ? served.faults().stream().sorted().toList() : faults;
  }

  private History.Plan plan(HistoryStore served, List<Fault> drawn, LoadMode mode, long deadline) {
    var size = served.size();
    var wanted = ids == null ? size.ids() : ids;
    var seedOfMode = seed + (mode == LoadMode.UPSERT ? 1 : 0);
    var random = new SplittableRandom(seedOfMode);
    var draw = new FaultDraw(drawn, random);
    return new History.Plan(
        mode,
        size.partitions(),
        wanted,
        Math.max(1, wanted / Math.max(1, time.toSeconds())),
        () -> System.nanoTime() < deadline ? draw.next() : null,
        System.getProperty("java.class.path"),
        seedOfMode);
  }

  private Report report(Run seen) {
    var lines = new ArrayList<String>();
    lines.add("seed " + seed + "; p99 is of the times from a fault until every partition went on");
    for (var outcome : seen.outcomes()) {
      lines.addAll(lines(outcome, seen.drawn()));
    }
    return new Report(
        "Faults for %d minutes, %s".formatted(time.toMinutes(), store),
        lines,
        seen.outcomes().stream().map(this::result).toList());
  }

  private List<String> lines(History.Outcome outcome, List<Fault> drawn) {
    var lines = new ArrayList<String>();
    var findings = outcome.findings();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %,d ids acknowledged, %,d records compared, 0 lost, 0 doubled, 0 returned, 0 wrong; %d faults",
            name(outcome),
            outcome.acknowledged(),
            findings.compared(),
            outcome.inflicted().size()));
    for (var fault : drawn) {
      var recoveries = recoveries(outcome, fault);
      if (recoveries.length > 0) {
        var spread = Spread.of(recoveries);
        lines.add(
            String.format(
                Locale.ROOT,
                "  %d times: %s; went on after %.1f s, at most %.1f s",
                recoveries.length,
                fault.words(),
                spread.median() / 1000,
                spread.max() / 1000));
      } else if (outcome.skipped().containsKey(fault)) {
        lines.add("  skipped: %s: %s".formatted(fault.words(), outcome.skipped().get(fault)));
      } else {
        lines.add("  not inflicted: " + fault.words());
      }
    }
    if (!outcome.spoiledCalls().isEmpty()) {
      lines.add(
          "  on their way: "
              + outcome.spoiledCalls().entrySet().stream()
                  .sorted(Map.Entry.comparingByKey())
                  .map(
                      one ->
                          String.format(
                              Locale.ROOT, "%,d %s", one.getValue(), one.getKey().words()))
                  .collect(Collectors.joining(", ")));
    }
    if (findings.lostByKafka() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %,d acknowledged ids were lost by Kafka itself, as was meant",
              findings.lostByKafka()));
    }
    if (findings.repeated() > 0) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %,d records came again with their idempotency key; %,d of them were stored again, across a jump of the database's clock",
              findings.repeated(),
              findings.repeatedAcrossAJump()));
    }
    return lines;
  }

  private Result result(History.Outcome outcome) {
    var all = outcome.inflicted().stream().mapToDouble(one -> one.recovery().toMillis()).toArray();
    return new Result(
        "Acequia",
        name(outcome),
        Map.of(
            Metric.PER_SECOND,
            Spread.of(outcome.findings().compared() / (double) Math.max(1, time.toSeconds())),
            Metric.P99_MS,
            Spread.of(all.length == 0 ? 0 : Spread.percentile(all, 99))));
  }

  private static double[] recoveries(History.Outcome outcome, Fault fault) {
    return outcome.inflicted().stream()
        .filter(one -> one.fault() == fault)
        .mapToDouble(one -> one.recovery().toMillis())
        .toArray();
  }

  private static String name(History.Outcome outcome) {
    return outcome.mode().name().toLowerCase(Locale.ROOT);
  }

  private static String words(History.Outcome outcome) {
    var lines = new ArrayList<String>();
    lines.add(
        "%s: %d lost, %d doubled, %d returned, %d wrong, %d acknowledged and not in the topic"
            .formatted(
                name(outcome),
                outcome.findings().count(Finding.Kind.LOST),
                outcome.findings().count(Finding.Kind.DUPLICATE),
                outcome.findings().count(Finding.Kind.RETURNED),
                outcome.findings().count(Finding.Kind.WRONG),
                outcome.findings().count(Finding.Kind.NOT_IN_TOPIC)));
    outcome.findings().first().forEach(finding -> lines.add("  " + finding));
    outcome.violations().forEach(violation -> lines.add("  " + violation));
    return String.join("\n", lines);
  }
}
