package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Division;
import dev.acequia.contract.Division.Transform;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.lake.maintain.Compaction;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compaction merges files beside a load, and changes no row. */
class CompactionIT {
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Compaction compaction = new Compaction(INTERVAL, Clock.systemUTC());

  private static Map<Long, @Nullable String> names(long from, int count, String name) {
    var names = new HashMap<Long, @Nullable String>();
    for (var id = from; id < from + count; id++) {
      names.put(id, name + id);
    }
    return names;
  }

  /** Runs before the compaction's second commit; the first one takes the lease. */
  private static void whenItCommits(LoadedTable table, HookedTables.Hook hook) {
    table.tables().atTheNextCommit(() -> table.tables().atTheNextCommit(hook));
  }

  @Test
  void manyFilesBecomeOne() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i * 10, 10, "name"));
      }
      var before = table.records();
      table.run(compaction);
      assertThat(table.dataFiles()).hasSize(1);
      assertThat(table.records()).isEqualTo(before).hasSize(120);
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  @Test
  void fewFilesStayAsTheyAre() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      for (var i = 0; i < 5; i++) {
        table.load(names(i * 10, 10, "name"));
      }
      var before = table.table().currentSnapshot().snapshotId();
      table.run(compaction);
      assertThat(table.table().currentSnapshot().snapshotId()).isEqualTo(before);
    }
  }

  @Test
  void deletedRowsAndTheirDeletesGo() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i, 10, "version" + i + "of"));
      }
      assertThat(table.deleteFiles()).hasSizeGreaterThan(10);
      table.run(compaction);
      assertThat(table.dataFiles()).hasSize(1);
      assertThat(table.deleteFiles()).isEmpty();
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  /** Compaction keeps a large file with few deleted rows, and merges the delete files. */
  @Test
  void deletesOfAFileThatStaysAreMerged() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT)) {
      table.load(names(0, 5_000, "name"));
      for (var i = 0; i < 12; i++) {
        table.load(Map.of(100L * i, "newer"));
      }
      for (var i = 0; i < 12; i++) {
        var gone = new HashMap<Long, @Nullable String>();
        gone.put(100L * i + 1, null);
        table.load(gone);
      }
      table.run(compaction);
      table.run(compaction);
      assertThat(table.deleteFiles()).hasSizeLessThan(2);
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  @Test
  void eachPartitionIsMergedByItself() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT, new Division("id", Transform.BUCKET, 3))) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i, 20, "version" + i + "of"));
      }
      table.run(compaction);
      assertThat(table.dataFiles()).hasSize(3);
      assertThat(table.deleteFiles()).isEmpty();
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  /** A load replaces and deletes rows after their copy to the new file. */
  @Test
  void deletesThatComeBetweenAreCarriedOver() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i * 3, 5, "version" + i + "of"));
      }
      whenItCommits(
          table,
          () -> {
            var between = new HashMap<Long, @Nullable String>();
            between.put(0L, "newer");
            between.put(17L, null);
            between.put(37L, "newer");
            table.load(between);
          });
      table.run(compaction);
      // The merged file and the concurrent load's.
      assertThat(table.dataFiles()).hasSize(2);
      assertThat(table.deleteFiles()).hasSize(1);
      assertThat(table.rows()).isEqualTo(table.expected());
      table.load(names(0, 50, "last"));
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  /** For a while, every attempt of the compaction conflicts with a load. */
  @Test
  void aLoadThatCommitsAllTheTimeDoesNotStarveIt() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i * 3, 5, "version" + i + "of"));
      }
      var left = new int[] {6};
      whenItCommits(
          table,
          new HookedTables.Hook() {
            @Override
            public void before() throws Exception {
              table.load(names(left[0] * 2, 4, "between" + left[0]));
              if (--left[0] > 0) {
                table.tables().atTheNextCommit(this);
              }
            }
          });
      table.run(compaction);
      assertThat(left[0]).isZero();
      assertThat(table.dataFiles()).hasSize(7);
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  @Test
  void ofTwoCompactionsAtOnceOneTakesPlace() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i, 10, "version" + i + "of"));
      }
      // Its clock says that the lease has expired.
      var other = new Compaction(INTERVAL, Clock.offset(Clock.systemUTC(), Duration.ofDays(1)));
      whenItCommits(table, () -> table.run(other));
      table.run(compaction);
      assertThat(table.dataFiles()).hasSize(1);
      assertThat(table.rows()).isEqualTo(table.expected());
      assertThat(table.files("data").stream().filter(file -> file.toString().contains("merged")))
          .hasSize(1);
    }
  }

  @Test
  void anotherProcessWaitsWhileOneHoldsTheLease() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      for (var i = 0; i < 12; i++) {
        table.load(names(i * 10, 10, "name"));
      }
      table.run(compaction);
      for (var i = 12; i < 24; i++) {
        table.load(names(i * 10, 10, "name"));
      }
      table.run(new Compaction(INTERVAL, Clock.systemUTC()));
      assertThat(table.dataFiles()).hasSize(13);
      table.run(compaction);
      assertThat(table.dataFiles()).hasSize(1);
    }
  }

  /** The memory that a writer and a reader need for a file. */
  @Test
  void rowGroupsOfAMergedFileAreSmall() throws Exception {
    var random = new Random(1);
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      for (var i = 0; i < 12; i++) {
        var names = new HashMap<Long, @Nullable String>();
        for (var row = 0; row < 15; row++) {
          var bytes = new byte[180 << 10];
          random.nextBytes(bytes);
          names.put(i * 100L + row, Base64.getEncoder().encodeToString(bytes));
        }
        table.load(names);
      }
      table.run(compaction);
      try (var tasks = table.table().newScan().planFiles()) {
        var file = tasks.iterator().next().file();
        var groups = file.splitOffsets();
        assertThat(file.fileSizeInBytes()).isGreaterThan(25 << 20);
        assertThat(groups).hasSizeGreaterThan(1);
        for (var i = 1; i < groups.size(); i++) {
          assertThat(groups.get(i) - groups.get(i - 1)).isLessThan(20 << 20);
        }
      }
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  /** {@code -Dmaintenance.rounds=200} tries more. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomUpsertsBesideItLeaveWhatAMapHas(long seed) throws Exception {
    var random = new Random(seed);
    var divisions =
        seed % 2 == 0 ? new Division[] {new Division("id", Transform.BUCKET, 2)} : new Division[0];
    try (var table = new LoadedTable(LoadMode.UPSERT, divisions)) {
      for (var round = 0; round < Integer.getInteger("maintenance.rounds", 4); round++) {
        for (var i = random.nextInt(14); i >= 0; i--) {
          table.load(random(random));
        }
        whenItCommits(
            table,
            new HookedTables.Hook() {
              @Override
              public void before() throws Exception {
                table.load(random(random));
                if (random.nextBoolean()) {
                  table.tables().atTheNextCommit(this);
                }
              }
            });
        table.run(
            new Compaction(INTERVAL, Clock.offset(Clock.systemUTC(), Duration.ofDays(round))));
        table.tables().atTheNextCommit(() -> {});
        assertThat(table.rows()).as("round %d", round).isEqualTo(table.expected());
      }
    }
  }

  private static Map<Long, @Nullable String> random(Random random) {
    var names = new HashMap<Long, @Nullable String>();
    for (var i = random.nextInt(8); i >= 0; i--) {
      names.put(
          (long) random.nextInt(40),
          random.nextInt(4) == 0 ? null : "name" + random.nextInt(1_000));
    }
    return names;
  }
}
