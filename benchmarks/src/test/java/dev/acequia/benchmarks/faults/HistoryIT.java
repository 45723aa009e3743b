package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.servers.PostgresSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some faults of each family that a build has time for, others from run to run and in another
 * order: nothing is lost or doubled. The profile {@code full} draws from all families, and {@code
 * ./acequia bench faults} inflicts all faults.
 */
class HistoryIT {
  /** As many as fit into a build. */
  private static final int FAULTS = 14;

  private static final int PARTITIONS = 3;
  private static final int IDS = 20_000;
  private static final int PER_SECOND = 1_000;

  private static final Set<Fault.Family> CHEAP =
      EnumSet.of(
          Fault.Family.CONSUMERS,
          Fault.Family.CONNECTIONS,
          Fault.Family.DATABASE,
          Fault.Family.SERVERS);

  private static final boolean IS_FULL = Boolean.getBoolean("history.full");

  private static final Set<Fault.Family> FAMILIES =
      IS_FULL ? EnumSet.allOf(Fault.Family.class) : CHEAP;

  private static final long MINUTES = IS_FULL ? 30 : 5;

  private final CountDownLatch calm = new CountDownLatch(2);
  @TempDir private Path folder;

  @Test
  void losesAndDoublesNothingUnderAnyFault() throws Exception {
    var seed = Long.getLong("seed", System.nanoTime());
    System.out.println("HistoryIT: to repeat the order of the faults, -Dseed=" + seed);
    try (var servers =
            new FaultyServers(folder, PostgresHistory.with(PostgresSettings.ofFast()), Map.of());
        var threads = Executors.newFixedThreadPool(2)) {
      var faults = drawn(new Random(seed), servers.store().faults());
      var half = faults.size() / 2;
      var append =
          threads.submit(
              history(servers, LoadMode.APPEND, faults.subList(0, half).iterator(), seed));
      var upsert =
          threads.submit(
              history(
                  servers, LoadMode.UPSERT, faults.subList(half, faults.size()).iterator(), seed));
      for (var outcome :
          List.of(append.get(MINUTES, TimeUnit.MINUTES), upsert.get(MINUTES, TimeUnit.MINUTES))) {
        assertThat(outcome.violations()).as(outcome.mode() + ", seed " + seed).isEmpty();
        assertThat(outcome.findings().first()).as(outcome.mode() + ", seed " + seed).isEmpty();
        assertThat(outcome.acknowledged()).isGreaterThanOrEqualTo(IDS);
        assertThat(outcome.inflicted()).isNotEmpty();
      }
    }
  }

  /** One of each family, and then what is left to chance. */
  private static List<Fault> drawn(Random random, Set<Fault> faults) {
    var rest = new ArrayList<>(faults.stream().sorted().toList());
    Collections.shuffle(rest, random);
    var drawn = new ArrayList<Fault>();
    for (var family : FAMILIES) {
      var one = rest.stream().filter(fault -> fault.family() == family).findFirst();
      one.ifPresent(
          found -> {
            rest.remove(found);
            drawn.add(found);
          });
    }
    rest.removeIf(fault -> !CHEAP.contains(fault.family()));
    drawn.addAll(rest.subList(0, FAULTS - drawn.size()));
    Collections.shuffle(drawn, random);
    return drawn;
  }

  private History history(FaultyServers servers, LoadMode mode, Iterator<Fault> faults, long seed) {
    return new History(
        servers,
        new History.Plan(
            mode,
            PARTITIONS,
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
