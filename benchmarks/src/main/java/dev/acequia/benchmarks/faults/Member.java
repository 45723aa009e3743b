package dev.acequia.benchmarks.faults;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A consumer process with a way to the store of its own. */
final class Member implements AutoCloseable {
  /** In which a consumer reaches any moment of a batch. */
  static final Duration MOMENT_LIMIT = Duration.ofSeconds(30);

  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private final String name;
  private final RuntimeProcess process;
  private final StoreLink link;
  private final FakeClock clock;
  private final int timesSetBackBefore;
  private volatile boolean isKilled;
  private volatile boolean isStopped;

  private Member(
      String name,
      RuntimeProcess process,
      StoreLink link,
      FakeClock clock,
      int timesSetBackBefore) {
    this.name = name;
    this.process = process;
    this.link = link;
    this.clock = clock;
    this.timesSetBackBefore = timesSetBackBefore;
  }

  /**
   * Starts one.
   *
   * @param classPath the consumer's; what comes first wins
   */
  static Member start(HistoryPipeline pipeline, String name, String classPath) throws IOException {
    var link = pipeline.link();
    var builder =
        RuntimeProgram.CONSUMER.on(classPath, pipeline.consumerEnvironment(name, link.ports()));
    var number = ADDRESSES.incrementAndGet();
    builder
        .environment()
        .put(
            RuntimeVariable.ACEQUIA_BIND_ADDRESS.name(),
            "127.79." + (ProcessHandle.current().pid() % 250 + 1) + "." + (number % 250 + 1));
    var clock = pipeline.servers().clocks().consumers();
    builder.environment().putAll(clock.environment());
    var timesSetBack = clock.timesSetBack();
    var folder = pipeline.folder();
    return new Member(
        name,
        RuntimeProcess.start(
            builder, folder.resolve(name + ".log"), folder.resolve(name + ".termination")),
        link,
        clock,
        timesSetBack);
  }

  String name() {
    return name;
  }

  StoreLink link() {
    return link;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Neither stopped nor ended. */
  boolean isRunning() {
    return process.isAlive() && !isStopped;
  }

  /** Whether it ended though nobody had it end, and its clock gave no reason to. */
  boolean hasFailed() {
    return !process.isAlive() && !isKilled && process.exitCode() != 0 && !endedByItsClock();
  }

  /** A consumer starts anew when its clock is set back. */
  private boolean endedByItsClock() {
    return process.exitCode() == 1
        && clock.timesSetBack() > timesSetBackBefore
        && process.log().contains("the clock was set back by");
  }

  /** A failed consumer's exit code, reason and last log lines. */
  String lastWords() {
    return "%s ended by itself with code %d%s%n%s"
        .formatted(
            name,
            process.exitCode(),
            termination().map(end -> ": " + end.reason() + ", " + end.message()).orElse(""),
            process.lastLines());
  }

  /** Of one that has ended. */
  int exitCode() {
    return process.exitCode();
  }

  /** Why it needs a person. */
  Optional<Termination> termination() {
    return process.termination();
  }

  /** How often it said that it holds, for trouble with the store or with Kafka. */
  long timesHeld(String trouble) {
    return process.log().lines().filter(line -> line.contains("holding: " + trouble)).count();
  }

  /** How often it said that others have its partitions, or that the table has another schema. */
  long timesStopped() {
    return process
        .log()
        .lines()
        .filter(line -> line.contains("overtaken: ") || line.contains("waiting: the table has"))
        .count();
  }

  /**
   * Springs a trap when it reaches the moment.
   *
   * @return false when it does not reach it, and nothing happened
   */
  boolean springAt(Moment moment, Trap trap, Chronicle chronicle)
      throws InterruptedException, ExecutionException {
    var sprung = link.traps().arm(moment, trap);
    try {
      sprung.get(MOMENT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException idle) {
      link.traps().disarm();
      chronicle.say("%s had nothing to do", name);
      return false;
    }
  }

  /** SIGKILL. */
  void kill() {
    isKilled = true;
    process.kill();
    link.close();
  }

  /** SIGSTOP: it does nothing, and does not know. */
  void freeze() {
    isStopped = true;
    process.freeze();
  }

  /** SIGCONT. */
  void wake() {
    process.wake();
    isStopped = false;
  }

  /** SIGTERM, and waits. */
  void end() {
    isKilled = true;
    process.end();
    link.close();
  }

  @Override
  public void close() {
    kill();
  }
}
