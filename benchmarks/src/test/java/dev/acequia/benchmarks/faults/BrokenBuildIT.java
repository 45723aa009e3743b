package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Termination;
import dev.acequia.servers.PostgresSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker finds what a broken build does, and nothing where the build is whole. */
class BrokenBuildIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int RECORDS = 3_000;
  private static final String WHOLE = System.getProperty("java.class.path");

  @TempDir private static Path folder;
  private static FaultyServers servers;

  @BeforeAll
  static void startServers() {
    servers =
        new FaultyServers(
            folder.resolve("servers"), PostgresHistory.with(PostgresSettings.ofFast()), Map.of());
  }

  @AfterAll
  static void stopServers() {
    servers.close();
  }

  @Test
  void findsWhatIsLostWithoutTheFence() throws Exception {
    var findings =
        wakeAZombieOfATopicThatIsNoMore("unfenced", BrokenBuild.withoutFence(folder.resolve("i")));
    assertThat(findings.count(Finding.Kind.LOST)).isPositive();
    assertThat(findings.count(Finding.Kind.DUPLICATE)).isPositive();
    assertThat(findings.first().toString()).contains("LOST at offset 0 of partition");
  }

  @Test
  void findsNothingWithTheFence() throws Exception {
    var findings = wakeAZombieOfATopicThatIsNoMore("fenced", WHOLE);
    assertThat(findings.first()).isEmpty();
    assertThat(findings.compared()).isEqualTo(2 * RECORDS);
  }

  @Test
  void findsWhatIsLostWhenOffsetsAreCommittedInATransactionOfTheirOwn() throws Exception {
    var findings =
        killBeforeCommit("twofold", BrokenBuild.withTwoTransactions(folder.resolve("ii")));
    assertThat(findings.count(Finding.Kind.LOST)).isPositive();
  }

  @Test
  void findsNothingWhenRowsAndOffsetsAreCommittedTogether() throws Exception {
    var findings = killBeforeCommit("single", WHOLE);
    assertThat(findings.first()).isEmpty();
    assertThat(findings.compared()).isEqualTo(2 * RECORDS);
  }

  @Test
  void findsWhatIsLostWhenEpochsAreIgnored() throws Exception {
    var outcome = loseLogTail("epochless", BrokenBuild.withoutEpochs(folder.resolve("iii")), WHOLE);
    assertThat(outcome.violations().toString()).contains("reading goes on in logs that were cut");
    assertThat(outcome.findings().count(Finding.Kind.LOST)).isPositive();
  }

  private static History.Outcome loseLogTail(String name, String consumers, String migrations)
      throws Exception {
    var path = folder.resolve(name);
    try (var pipeline = new HistoryPipeline(servers, name, LoadMode.APPEND, 1, path, migrations)) {
      var faults = List.of(Fault.LOSE_LOG_TAIL).iterator();
      return new History(
              servers,
              new History.Plan(
                  LoadMode.APPEND,
                  1,
                  RECORDS,
                  500,
                  () -> faults.hasNext() ? faults.next() : null,
                  consumers,
                  1),
              path,
              new CountDownLatch(1),
              line -> System.out.println("BrokenBuildIT: " + line))
          .of(pipeline);
    }
  }

  /**
   * A consumer is stopped when it has read and is about to write. Its topic is deleted, made anew
   * and accepted from the first record on: the offset that it expects is the stored one again, so
   * that its fence alone is in the way.
   */
  private static Findings wakeAZombieOfATopicThatIsNoMore(String name, String classPath)
      throws Exception {
    try (var pipeline = pipeline(name);
        var before = new HistoryProducer(pipeline, 0, 1, 1);
        var zombie = Member.start(pipeline, name + "-zombie", classPath)) {
      var frozen = new CountDownLatch(1);
      var woken = new CountDownLatch(1);
      // Claims advance no offsets, and a consumer with nothing to read writes nothing.
      var _ =
          zombie
              .link()
              .traps()
              .arm(
                  Moment.BEFORE_ROWS,
                  () -> {
                    freezeWhenItKnowsItsTopic(pipeline, zombie);
                    frozen.countDown();
                    awaitQuietly(woken);
                    return Trap.Then.PASS;
                  });
      before.send(RECORDS);
      assertThat(frozen.await(60, TimeUnit.SECONDS)).isTrue();
      pipeline.recreateTopic();
      // Of other ids, so that a row of the former topic is known for one.
      try (var after = new HistoryProducer(pipeline, 0, 1, 2, 2 * RECORDS)) {
        after.send(RECORDS);
        zombie.wake();
        woken.countDown();
        await().atMost(LIMIT).until(() -> !zombie.isAlive());
        assertThat(zombie.termination())
            .hasValueSatisfying(
                end -> assertThat(end.reason()).isEqualTo(Termination.Reason.TopicRecreated));
        return finish(pipeline, after, classPath);
      }
    }
  }

  /** Of one partition, so that a consumer that is stopped holds no other transaction open. */
  private static HistoryPipeline pipeline(String name) throws Exception {
    return new HistoryPipeline(servers, name, LoadMode.APPEND, 1, folder.resolve(name));
  }

  /** The answer to its question after the topic's id has come by the time that ours has. */
  private static void freezeWhenItKnowsItsTopic(HistoryPipeline pipeline, Member zombie) {
    try {
      pipeline.topic().describe();
      zombie.freeze();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static Findings killBeforeCommit(String name, String classPath) throws Exception {
    try (var pipeline = pipeline(name);
        var producer = new HistoryProducer(pipeline, 0, 1, 1);
        var victim = Member.start(pipeline, name + "-victim", classPath)) {
      var killed =
          victim
              .link()
              .traps()
              .arm(
                  Moment.BEFORE_COMMIT,
                  () -> {
                    victim.kill();
                    return Trap.Then.CUT;
                  });
      producer.send(RECORDS);
      killed.get(60, TimeUnit.SECONDS);
      return finish(pipeline, producer, classPath);
    }
  }

  /** Another consumer goes on until all is stored. */
  private static Findings finish(
      HistoryPipeline pipeline, HistoryProducer producer, String classPath) throws Exception {
    try (var successor = Member.start(pipeline, pipeline.name() + "-successor", classPath)) {
      producer.send(RECORDS);
      await().atMost(LIMIT).until(pipeline::isStoredToTheEnd);
      successor.end();
    }
    return new HistoryChecker(pipeline, producer).check();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
