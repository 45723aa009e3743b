package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** One pipeline's life under faults, from the first record to the comparison. */
final class History implements Callable<History.Outcome> {
  private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(5);

  /**
   * How a history goes.
   *
   * @param partitions the topic's
   * @param ids at least so many are acknowledged
   * @param perSecond records, on average
   * @param faults what is inflicted, in this order
   * @param classPath the consumers'
   */
  record Plan(
      LoadMode mode,
      int partitions,
      long ids,
      long perSecond,
      Faults faults,
      String classPath,
      long seed) {}

  /** Faults as they are wanted: the next one, or null when it is over. */
  @FunctionalInterface
  interface Faults {
    @org.jspecify.annotations.Nullable
    Fault next();
  }

  /**
   * What was seen.
   *
   * @param acknowledged ids
   * @param skipped what this machine cannot have, and why
   * @param spoiledCalls how many calls to the store were spoiled on their way
   * @param violations beside the findings
   */
  record Outcome(
      LoadMode mode,
      long acknowledged,
      List<Inflicted> inflicted,
      Map<Fault, String> skipped,
      Map<CallFault, Long> spoiledCalls,
      Findings findings,
      List<String> violations) {
    boolean isClean() {
      return findings.isEmpty() && violations.isEmpty();
    }
  }

  private final FaultyServers servers;
  private final Plan plan;
  private final Path folder;
  private final CountDownLatch calm;
  private final Consumer<String> log;
  private boolean hasEndedFaults;

  /**
   * A history that has not begun.
   *
   * @param calm is counted down when no more faults come; nothing is compared before all histories
   *     on the same servers have done so
   */
  History(
      FaultyServers servers, Plan plan, Path folder, CountDownLatch calm, Consumer<String> log) {
    this.servers = servers;
    this.plan = plan;
    this.folder = folder;
    this.calm = calm;
    this.log = log;
  }

  @Override
  public Outcome call() throws Exception {
    var name = plan.mode().name().toLowerCase(Locale.ROOT);
    try (var pipeline =
        new HistoryPipeline(servers, name, plan.mode(), plan.partitions(), folder)) {
      return of(pipeline);
    } finally {
      endFaults();
    }
  }

  /** The history of a pipeline that is there already. */
  Outcome of(HistoryPipeline pipeline) throws Exception {
    try {
      return live(pipeline);
    } finally {
      endFaults();
    }
  }

  private void endFaults() {
    if (!hasEndedFaults) {
      hasEndedFaults = true;
      calm.countDown();
    }
  }

  private Outcome live(HistoryPipeline pipeline) throws Exception {
    try (var fleet = new Fleet(pipeline, plan.classPath());
        var producer =
            new HistoryProducer(pipeline, plan.ids(), plan.perSecond(), plan.seed()).start()) {
      var chronicle = new Chronicle(pipeline.name(), log);
      var nemesis =
          new Nemesis(
              new Scene(pipeline, fleet, producer, new SplittableRandom(plan.seed()), chronicle));
      fleet.scaleTo(2);
      nemesis.awaitStart();
      for (var fault = plan.faults().next(); fault != null; fault = plan.faults().next()) {
        nemesis.inflict(fault);
      }
      endFaults();
      calm.await();
      producer.finish();
      producer.await();
      var violations = new ArrayList<>(chronicle.violations());
      catchUp(pipeline, fleet, violations);
      violations.addAll(fleet.failures());
      log.accept(pipeline.name() + ": comparing topic and table");
      var findings = new HistoryChecker(pipeline, producer).check();
      return new Outcome(
          plan.mode(),
          producer.acknowledgedCount(),
          chronicle.inflicted(),
          chronicle.skipped(),
          pipeline.calls().counts(),
          findings,
          violations);
    }
  }

  private static void catchUp(HistoryPipeline pipeline, Fleet fleet, List<String> violations)
      throws Exception {
    var deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
    while (!pipeline.isStoredToTheEnd()) {
      if (System.nanoTime() > deadline) {
        violations.add(
            "%d s after the last fault not all is stored: %s"
                .formatted(CATCH_UP_LIMIT.toSeconds(), pipeline.storedOffsets()));
        return;
      }
      fleet.tend();
      Thread.sleep(200); // between two looks at the offsets, which are asked for
    }
  }
}
