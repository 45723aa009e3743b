package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.servers.PostgresSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each fault once, in an order that changes from run to run: nothing is lost or doubled. */
class HistoryIT {
  private static final int IDS = 20_000;
  private static final int PER_SECOND = 1_000;

  private final CountDownLatch calm = new CountDownLatch(2);
  @TempDir private Path folder;

  @Test
  void losesAndDoublesNothingUnderAnyFault() throws Exception {
    var seed = Long.getLong("seed", System.nanoTime());
    System.out.println("HistoryIT: to repeat the order of the faults, -Dseed=" + seed);
    var faults = new ArrayList<>(List.of(Fault.values()));
    Collections.shuffle(faults, new Random(seed));
    var half = faults.size() / 2;
    try (var servers = new FaultyServers(folder, PostgresSettings.ofFast(), Map.of());
        var threads = Executors.newFixedThreadPool(2)) {
      var append =
          threads.submit(
              history(servers, LoadMode.APPEND, faults.subList(0, half).iterator(), seed));
      var upsert =
          threads.submit(
              history(
                  servers, LoadMode.UPSERT, faults.subList(half, faults.size()).iterator(), seed));
      for (var outcome :
          List.of(append.get(5, TimeUnit.MINUTES), upsert.get(5, TimeUnit.MINUTES))) {
        assertThat(outcome.violations()).as(outcome.mode() + ", seed " + seed).isEmpty();
        assertThat(outcome.findings().first()).as(outcome.mode() + ", seed " + seed).isEmpty();
        assertThat(outcome.acknowledged()).isGreaterThanOrEqualTo(IDS);
        assertThat(outcome.inflicted()).isNotEmpty();
      }
    }
  }

  private History history(FaultyServers servers, LoadMode mode, Iterator<Fault> faults, long seed) {
    return new History(
        servers,
        new History.Plan(
            mode,
            IDS,
            PER_SECOND,
            () -> faults.hasNext() ? faults.next() : null,
            System.getProperty("java.class.path"),
            seed),
        folder.resolve(mode.name()),
        calm,
        line -> System.out.println("HistoryIT: " + line));
  }
}
