package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.harness.Benchmark;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Progress;
import dev.acequia.benchmarks.harness.Report;
import dev.acequia.benchmarks.harness.Result;
import dev.acequia.benchmarks.harness.Spread;
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

/** A history in append mode and one in upsert mode, at once and on the same servers. */
final class FaultsBenchmark implements Benchmark {
  private static final int PARTITIONS = 6;

  private final Duration time;
  private final long ids;
  private final List<Fault> faults;
  private final long seed;

  FaultsBenchmark(Duration time, long ids, List<Fault> faults, long seed) {
    this.time = time;
    this.ids = ids;
    this.faults = List.copyOf(faults);
    this.seed = seed;
  }

  @Override
  public Report run(Progress progress) throws Exception {
    progress.say("seed %d", seed);
    var folder = WorkFolder.create("faults");
    var outcomes = outcomes(folder.path(), progress);
    var failures = outcomes.stream().filter(outcome -> !outcome.isClean()).toList();
    if (!failures.isEmpty()) {
      throw new CommandException(
          "%s%nThe logs are in %s. To repeat the faults: --seed %d"
              .formatted(
                  String.join("\n", failures.stream().map(FaultsBenchmark::words).toList()),
                  folder.path(),
                  seed));
    }
    folder.delete();
    return report(outcomes);
  }

  private List<History.Outcome> outcomes(Path folder, Progress progress) throws Exception {
    try (var servers = new FaultyServers(folder, PostgresSettings.ofDurable(), Map.of());
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
      var deadline = System.nanoTime() + time.toNanos();
      var calm = new CountDownLatch(LoadMode.values().length);
      var histories = new ArrayList<Callable<History.Outcome>>();
      for (var mode : LoadMode.values()) {
        histories.add(
            new History(
                servers,
                plan(mode, deadline),
                folder.resolve(mode.name()),
                calm,
                line -> progress.say("%s", line)));
      }
      var outcomes = new ArrayList<History.Outcome>();
      for (var history : threads.invokeAll(histories)) {
        outcomes.add(history.get());
      }
      return outcomes;
    }
  }

  private History.Plan plan(LoadMode mode, long deadline) {
    var seedOfMode = seed + (mode == LoadMode.UPSERT ? 1 : 0);
    var random = new SplittableRandom(seedOfMode);
    var draw = new FaultDraw(faults, random);
    return new History.Plan(
        mode,
        PARTITIONS,
        ids,
        Math.max(1, ids / Math.max(1, time.toSeconds())),
        () -> System.nanoTime() < deadline ? draw.next() : null,
        System.getProperty("java.class.path"),
        seedOfMode);
  }

  private Report report(List<History.Outcome> outcomes) {
    var lines = new ArrayList<String>();
    lines.add("seed " + seed + "; p99 is of the times from a fault until every partition went on");
    for (var outcome : outcomes) {
      lines.addAll(lines(outcome));
    }
    return new Report(
        "Faults for %d minutes".formatted(time.toMinutes()),
        lines,
        outcomes.stream().map(this::result).toList());
  }

  private List<String> lines(History.Outcome outcome) {
    var lines = new ArrayList<String>();
    var findings = outcome.findings();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %,d ids acknowledged, %,d records compared, 0 lost, 0 doubled, 0 wrong; %d faults",
            name(outcome),
            outcome.acknowledged(),
            findings.compared(),
            outcome.inflicted().size()));
    for (var fault : faults) {
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
        lines.add("  not drawn: " + fault.words());
      }
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
        "%s: %d lost, %d doubled, %d wrong, %d acknowledged and not in the topic"
            .formatted(
                name(outcome),
                outcome.findings().count(Finding.Kind.LOST),
                outcome.findings().count(Finding.Kind.DUPLICATE),
                outcome.findings().count(Finding.Kind.WRONG),
                outcome.findings().count(Finding.Kind.NOT_IN_TOPIC)));
    outcome.findings().first().forEach(finding -> lines.add("  " + finding));
    outcome.violations().forEach(violation -> lines.add("  " + violation));
    return String.join("\n", lines);
  }
}
