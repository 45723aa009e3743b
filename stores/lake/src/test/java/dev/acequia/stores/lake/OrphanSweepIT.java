package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Division;
import dev.acequia.contract.Division.Transform;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.maintain.OrphanSweep;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is swept, and what is not. */
class OrphanSweepIT {
  private static final Duration OLD = Duration.ofDays(4);
  private static final Duration YOUNG = Duration.ofDays(2);

  private static OrphanSweep sweep(LoadedTable table, Clock clock) throws Exception {
    return new OrphanSweep(table.table().location(), clock);
  }

  /** The newest metadata that the catalog names. */
  private static Path metadata(LoadedTable table) throws Exception {
    var operations = ((HasTableOperations) table.table()).operations();
    return Path.of(URI.create(operations.current().metadataFileLocation()));
  }

  private static Path copy(Path file, Path to, Duration age) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(file, to);
    age(to, age);
    return to;
  }

  private static void age(Path file, Duration by) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(by)));
  }

  private static Path make(Path file, Duration age) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, "left over");
    age(file, age);
    return file;
  }

  private static List<Path> all(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  /** The partition's values have signs that paths are written with. */
  @Test
  void oldFilesThatNoSnapshotNamesGo() throws Exception {
    try (var table = new LoadedTable(LoadMode.UPSERT, new Division("name", Transform.IDENTITY))) {
      for (var i = 0; i < 12; i++) {
        table.load(Map.of(1L, "a b+c" + (i % 2 == 0 ? "=:" : "%2F"), 2L + i, "plain"));
      }
      var deletion = new HashMap<Long, @Nullable String>();
      deletion.put(3L, null);
      table.load(deletion);
      table.run(new Compaction(Duration.ofSeconds(1), Clock.systemUTC()));
      var folder = table.folder();
      var siblings = folder.resolve("..").normalize();
      for (var file : all(siblings)) {
        age(file, OLD);
      }
      var stays =
          List.of(
              make(folder.resolve("data/young.parquet"), YOUNG),
              make(folder.resolve("data/unknown.orc"), OLD),
              make(folder.resolve("other/data/nested.parquet"), OLD),
              make(siblings.resolve("flights2/data/neighbour.parquet"), OLD),
              make(siblings.resolve("flights_acequia/data/beside.parquet"), OLD));
      var live = new ArrayList<>(all(siblings));
      var goes =
          List.of(
              make(folder.resolve("data/orphan.parquet"), OLD),
              make(folder.resolve("data/name=plain/orphan.parquet"), OLD),
              make(folder.resolve("metadata/snap-1-orphan.avro"), OLD),
              copy(metadata(table), folder.resolve("metadata/00000-orphan.gz.metadata.json"), OLD));

      table.run(sweep(table, Clock.systemUTC()));

      assertThat(goes).noneMatch(Files::exists);
      assertThat(stays).allMatch(Files::exists);
      assertThat(live).filteredOn(file -> !isLeftByItself(file)).allMatch(Files::exists);
      assertThat(table.rows()).isEqualTo(table.expected());
      var current = table.table();
      var head = current.currentSnapshot().snapshotId();
      for (var snapshot : SnapshotUtil.ancestorsOf(head, current::snapshot)) {
        try (var rows = IcebergGenerics.read(current).useSnapshot(snapshot.snapshotId()).build()) {
          assertThat(rows).as("snapshot %d", snapshot.sequenceNumber()).allMatch(row -> true);
        }
      }
    }
  }

  /** Iceberg removes metadata beyond the last twenty by itself. */
  private static boolean isLeftByItself(Path file) {
    return file.toString().endsWith(".metadata.json");
  }

  @Test
  void oneProcessSweepsADay() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      table.load(Map.of(1L, "name"));
      table.run(sweep(table, Clock.systemUTC()));
      var orphan = make(table.folder().resolve("data/orphan.parquet"), OLD);
      table.run(sweep(table, Clock.systemUTC()));
      assertThat(orphan).exists();
      table.run(sweep(table, Clock.offset(Clock.systemUTC(), Duration.ofHours(24))));
      assertThat(orphan).doesNotExist();
    }
  }

  /** A process may be wrong about the time by days. */
  @Test
  void filesAreAsOldAsTheirStoreSays() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      table.load(Map.of(1L, "name"));
      var young = make(table.folder().resolve("data/young.parquet"), YOUNG);
      table.run(sweep(table, Clock.offset(Clock.systemUTC(), Duration.ofDays(30))));
      assertThat(young).exists();
    }
  }

  /** Each would take the other's for orphans. */
  @Test
  void nothingGoesFromAFolderThatTwoTablesHave() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND);
        var other = new LoadedTable(LoadMode.APPEND)) {
      table.load(Map.of(1L, "name"));
      other.load(Map.of(1L, "other"));
      var theirs = make(table.folder().resolve("data/theirs.parquet"), OLD);
      var metadata =
          copy(
              metadata(other),
              table.folder().resolve("data/nested/metadata/00001-theirs.gz.metadata.json"),
              OLD);
      assertThatThrownBy(() -> table.run(sweep(table, Clock.systemUTC())))
          .hasMessageContaining("is of another table");
      assertThat(List.of(theirs, metadata)).allMatch(Files::exists);
    }
  }

  /** Whoever may alter the table must not have this process remove the files of another. */
  @Test
  void nothingGoesFromAnotherFolderThanThePipelines() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      table.load(Map.of(1L, "name"));
      var former = table.table().location();
      table.table().updateLocation().setLocation(former + "/elsewhere").commit();
      table.load(Map.of(2L, "name"));
      var theirs = make(table.folder().resolve("elsewhere/data/theirs.parquet"), OLD);
      assertThatThrownBy(() -> table.run(new OrphanSweep(former, Clock.systemUTC())))
          .hasMessageContaining("elsewhere");
      assertThat(theirs).exists();
    }
  }

  /** Then the listing is not of the table's folder, whatever the reason. */
  @Test
  void nothingGoesWhenTheTablesOwnFilesAreNotListed() throws Exception {
    try (var table = new LoadedTable(LoadMode.APPEND)) {
      table.load(Map.of(1L, "name"));
      var orphan = make(table.folder().resolve("data/orphan.parquet"), OLD);
      table.table().updateLocation().setLocation(table.table().location() + "/elsewhere").commit();
      var other = make(table.folder().resolve("elsewhere/data/other.parquet"), OLD);
      assertThatThrownBy(() -> table.run(sweep(table, Clock.systemUTC())))
          .hasMessageContaining("lacks the newest manifest list");
      assertThat(List.of(orphan, other)).allMatch(Files::exists);
    }
  }
}
