package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some faults of a service in each mode, that a build has time for, and a build that is broken on
 * purpose. {@code ./acequia bench faults --store} inflicts all.
 */
@EnabledIfSystemProperty(named = "history.full", matches = "true")
class ServiceHistoryIT {
  private static final int PARTITIONS = 2;
  private static final int IDS = 600;
  private static final int PER_SECOND = 20;
  private static final int MINUTES = 6;

  private static final List<Fault> FAULTS =
      List.of(
          Fault.FREEZE_AMONG_ROWS,
          Fault.LOSE_ANSWERS,
          Fault.RECREATE_TOPIC,
          Fault.RESTART_SERVICE,
          Fault.WAKE_OLD_SCHEMA,
          Fault.THROTTLE);

  private final CountDownLatch calm = new CountDownLatch(LoadMode.values().length);
  @TempDir private Path folder;

  @Test
  void losesAndDoublesNothingInDynamoDb() throws Exception {
    losesAndDoublesNothing(DynamoHistory::start);
  }

  @Test
  void losesAndDoublesNothingInBigQuery() throws Exception {
    losesAndDoublesNothing(BigQueryHistory::start);
  }

  private void losesAndDoublesNothing(FaultyServers.StoreStart start) throws Exception {
    try (var servers = new FaultyServers(folder, start, Map.of());
        var threads = Executors.newFixedThreadPool(LoadMode.values().length)) {
      var append = threads.submit(history(servers, LoadMode.APPEND, FAULTS.iterator()));
      var upsert = threads.submit(history(servers, LoadMode.UPSERT, FAULTS.reversed().iterator()));
      for (var outcome :
          List.of(append.get(MINUTES, TimeUnit.MINUTES), upsert.get(MINUTES, TimeUnit.MINUTES))) {
        assertThat(outcome.violations()).as(outcome.mode().name()).isEmpty();
        assertThat(outcome.findings().first()).as(outcome.mode().name()).isEmpty();
        assertThat(outcome.acknowledged()).isGreaterThanOrEqualTo(IDS);
        assertThat(outcome.inflicted())
            .as(outcome.mode().name())
            .extracting(Inflicted::fault)
            .containsExactlyInAnyOrderElementsOf(FAULTS);
      }
    }
  }

  private History history(FaultyServers servers, LoadMode mode, Iterator<Fault> faults) {
    return history(servers, mode, faults, System.getProperty("java.class.path"), calm);
  }

  private History history(
      FaultyServers servers,
      LoadMode mode,
      Iterator<Fault> faults,
      String consumers,
      CountDownLatch over) {
    return new History(
        servers,
        new History.Plan(
            mode,
            PARTITIONS,
            IDS,
            PER_SECOND,
            () -> faults.hasNext() ? faults.next() : null,
            consumers,
            1),
        folder.resolve(mode.name()),
        over,
        line -> System.out.println("ServiceHistoryIT: " + line));
  }

  /** Its zombie of a former schema writes over rows of its successor. */
  @Test
  void findsWhatIsOverwrittenWithoutTheFenceOfRows() throws Exception {
    try (var servers = new FaultyServers(folder, DynamoHistory::start, Map.of())) {
      var outcome =
          history(
                  servers,
                  LoadMode.APPEND,
                  List.of(Fault.WAKE_OLD_SCHEMA).iterator(),
                  BrokenBuild.withoutFenceOfRows(folder.resolve("broken")),
                  new CountDownLatch(1))
              .call();
      assertThat(outcome.findings().count(Finding.Kind.WRONG)).as("%s", outcome).isPositive();
      assertThat(outcome.findings().first().toString()).contains("fields that were added");
    }
  }
}
