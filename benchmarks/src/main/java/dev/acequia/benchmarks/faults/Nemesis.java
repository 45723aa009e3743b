package dev.acequia.benchmarks.faults;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Inflicts faults on one pipeline, one at a time, and waits after each until every partition goes
 * on. Records must keep coming meanwhile.
 */
final class Nemesis {
  /** In which a consumer reaches any moment of a batch. */
  private static final Duration MOMENT_LIMIT = Duration.ofSeconds(30);

  private static final Duration RECOVERY_LIMIT = Duration.ofMinutes(2);
  private static final int[] SIZES = {1, 3, 2};

  private final HistoryPipeline pipeline;
  private final Fleet fleet;
  private final RandomGenerator random;
  private final Consumer<String> log;
  private final List<Inflicted> inflicted = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int scaled;

  Nemesis(HistoryPipeline pipeline, Fleet fleet, RandomGenerator random, Consumer<String> log) {
    this.pipeline = pipeline;
    this.fleet = fleet;
    this.random = random;
    this.log = log;
  }

  List<Inflicted> inflicted() {
    return List.copyOf(inflicted);
  }

  /** What must not have happened, in words. */
  List<String> violations() {
    return List.copyOf(violations);
  }

  /** Waits until the pipeline goes on, does it, and waits until the pipeline goes on again. */
  void inflict(Fault fault)
      throws IOException, SQLException, InterruptedException, ExecutionException, TimeoutException {
    var began = System.nanoTime();
    log.accept(pipeline.name() + ": " + fault.words());
    switch (fault) {
      case KILL_CONSUMER -> fleet.any(random).kill();
      case KILL_IN_COPY -> at(Moment.MID_COPY, this::kill);
      case KILL_BEFORE_COMMIT -> at(Moment.BEFORE_COMMIT, this::kill);
      case CUT_IN_COPY -> at(Moment.MID_COPY, member -> Trap.Then.CUT);
      case CUT_AT_COMMIT -> at(Moment.BEFORE_COMMIT, member -> Trap.Then.CUT);
      case LOSE_COMMIT_ANSWER -> at(Moment.BEFORE_COMMIT, member -> Trap.Then.LOSE_ANSWER);
      case SCALE -> fleet.scaleTo(SIZES[scaled++ % SIZES.length]);
      case TERMINATE_BACKENDS -> terminateBackends();
      case CRASH_POSTGRES -> pipeline.servers().crashPostgres();
      case RESTART_KAFKA -> pipeline.servers().restartKafka(true);
      case KILL_KAFKA -> pipeline.servers().restartKafka(false);
      case FREEZE_CONSUMER -> {
        var zombie = fleet.any(random);
        began = System.nanoTime();
        zombie.freeze();
        outlive(zombie, began, fault);
        return;
      }
      case FREEZE_IN_COPY -> {
        freezeAt(Moment.MID_COPY, fault);
        return;
      }
      case FREEZE_BEFORE_COMMIT -> {
        freezeAt(Moment.BEFORE_COMMIT, fault);
        return;
      }
    }
    note(fault, awaitProgress(System.nanoTime()));
  }

  /** Waits until every partition goes on. */
  void awaitStart() throws IOException, InterruptedException {
    awaitProgress(System.nanoTime());
  }

  private Trap.Then kill(Member member) {
    member.kill();
    return Trap.Then.CUT;
  }

  /** Springs the trap on whichever consumer reaches the moment first; does nothing if none does. */
  private void at(Moment moment, java.util.function.Function<Member, Trap.Then> trap)
      throws IOException, InterruptedException, ExecutionException {
    var member = fleet.any(random);
    var sprung = member.proxy().arm(moment, () -> trap.apply(member));
    try {
      sprung.get(MOMENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException idle) {
      member.proxy().disarm();
      log.accept(pipeline.name() + ": " + member.name() + " had nothing to do");
    }
  }

  private void freezeAt(Moment moment, Fault fault) throws IOException, InterruptedException {
    var zombie = fleet.any(random);
    var frozen = new CountDownLatch(1);
    var woken = new CountDownLatch(1);
    var _ =
        zombie
            .proxy()
            .arm(
                moment,
                () -> {
                  zombie.freeze();
                  frozen.countDown();
                  try {
                    woken.await(); // what it was about to say is on its way as long as it sleeps
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  return Trap.Then.PASS;
                });
    if (!frozen.await(MOMENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      zombie.proxy().disarm();
      log.accept(pipeline.name() + ": " + zombie.name() + " had nothing to do");
      woken.countDown();
      return;
    }
    try {
      outlive(zombie, System.nanoTime(), fault);
    } finally {
      woken.countDown();
    }
  }

  /** Waits until others have taken over, and wakes it: what it had begun must be void by then. */
  private void outlive(Member zombie, long began, Fault fault)
      throws IOException, InterruptedException {
    if (fleet.replicas() == 1) {
      fleet.add();
    }
    note(fault, awaitProgress(began));
    openTransaction(zombie)
        .ifPresent(
            statement ->
                violations.add(
                    zombie.name()
                        + " was overtaken, and its transaction is open still: "
                        + statement));
    zombie.wake();
    fleet.scaleTo(fleet.replicas());
  }

  private void terminateBackends() {
    try {
      pipeline.terminateBackends();
    } catch (SQLException down) {
      log.accept(pipeline.name() + ": PostgreSQL is down, and its sessions have ended");
    }
  }

  private Optional<String> openTransaction(Member zombie) {
    try {
      return pipeline.openTransaction(zombie.name());
    } catch (SQLException down) {
      return Optional.empty(); // no transaction outlives the server
    }
  }

  private void note(Fault fault, Duration recovery) {
    inflicted.add(new Inflicted(fault, recovery));
    log.accept("%s: went on after %.1f s".formatted(pipeline.name(), recovery.toMillis() / 1e3));
  }

  /** How long it takes from then until each partition is stored further than it is now. */
  private Duration awaitProgress(long began) throws IOException, InterruptedException {
    Map<Integer, Long> before = Map.of();
    while (Duration.ofNanos(System.nanoTime() - began).compareTo(RECOVERY_LIMIT) < 0) {
      fleet.tend();
      try {
        var now = pipeline.storedOffsets();
        if (before.isEmpty()) {
          before = now;
        }
        var reference = before;
        if (now.entrySet().stream()
            .allMatch(one -> one.getValue() > reference.getOrDefault(one.getKey(), 0L))) {
          return Duration.ofNanos(System.nanoTime() - began);
        }
      } catch (SQLException down) {
        // It is being started.
      }
      Thread.sleep(50); // between two looks at the offsets, which are asked for
    }
    violations.add("no progress for %d s".formatted(RECOVERY_LIMIT.toSeconds()));
    return RECOVERY_LIMIT;
  }
}
