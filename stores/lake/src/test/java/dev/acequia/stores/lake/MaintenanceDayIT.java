package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.LoadMode;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.maintain.Expiry;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A day of loads every 30 s takes minutes here: {@code -Dlake.commits=2880}. The bounds hold for
 * any number of days.
 */
class MaintenanceDayIT {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceDayIT.class);

  private static final int COMMITS = Integer.getInteger("lake.commits", 200);

  private static final int KEYS = 5_000;
  private static final int ROWS = 30;

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void filesAndMetadataStayFew(LoadMode mode) throws Exception {
    var random = new Random(1);
    var compaction = new Compaction(Duration.ofSeconds(1), Clock.systemUTC());
    // Expires all older snapshots, as after hours.
    var expiry = new Expiry(Clock.offset(Clock.systemUTC(), Expiry.KEPT));
    var most = 0;
    var mostDeletes = 0;
    var mostManifests = 0;
    try (var table = new LoadedTable(mode)) {
      for (var i = 1; i <= COMMITS; i++) {
        var names = new HashMap<Long, @Nullable String>();
        for (var row = 0; row < ROWS; row++) {
          var id = mode == LoadMode.UPSERT ? random.nextInt(KEYS) : (long) i * ROWS + row;
          names.put(id, mode == LoadMode.UPSERT && random.nextInt(10) == 0 ? null : "name" + i);
        }
        table.load(names);
        if (i % 10 == 0) {
          var head = table.table().currentSnapshot();
          most = Math.max(most, table.dataFiles().size());
          mostDeletes = Math.max(mostDeletes, table.deleteFiles().size());
          mostManifests = Math.max(mostManifests, head.allManifests(table.table().io()).size());
          table.run(compaction);
        }
        if (i % 100 == 0) {
          table.mergeNotes();
          table.run(expiry);
        }
      }
      assertThat(table.rows()).isEqualTo(table.expected());
      var metadata = table.files("metadata");
      var bytes = 0L;
      for (var file : metadata) {
        bytes += Files.size(file);
      }
      LOG.info(
          "{} commits, {}: at most {} data files, {} of deletes, {} manifests; in the end {} data"
              + " files on disk, {} files of metadata with {} bytes",
          COMMITS,
          mode,
          most,
          mostDeletes,
          mostManifests,
          table.files("data").size(),
          metadata.size(),
          bytes);
      assertThat(most).as("data files").isLessThan(60);
      assertThat(mostDeletes).as("files of deletes").isLessThan(30);
      assertThat(mostManifests).as("manifests").isLessThan(100);
      // The files since the last expiry, up to five per commit, and the notes of 200.
      assertThat(metadata).hasSizeLessThan(900);
    }
  }
}
