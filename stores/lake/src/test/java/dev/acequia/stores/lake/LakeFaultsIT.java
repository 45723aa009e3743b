package dev.acequia.stores.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.maintain.Expiry;
import dev.acequia.stores.lake.maintain.OrphanSweep;
import dev.acequia.stores.lake.maintain.Upkeep;
import dev.acequia.stores.testkit.Pipelines;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An S3 server fails in all ways that a client sees, while rows are loaded and the table is
 * maintained. No row is lost or doubled, and no live file removed. {@code -Dlake.fault-commits}
 * sets the number of commits.
 */
class LakeFaultsIT {
  private static final Logger LOG = LoggerFactory.getLogger(LakeFaultsIT.class);
  private static final int COMMITS = Integer.getInteger("lake.fault-commits", 15);
  private static final int KEYS = 500;
  private static final int ROWS = 30;

  /** Each attempt reads dozens of files, and a stream that breaks off is not read again. */
  private static final double SHARE = 0.08;

  @ParameterizedTest
  @EnumSource(LoadMode.class)
  void nothingIsLostOrDoubled(LoadMode mode) throws Exception {
    var seed = Long.getLong("lake.fault-seed", System.nanoTime());
    LOG.info("seed {}", seed);
    var random = new Random(seed);
    var compaction = new Compaction(Duration.ofSeconds(1), Clock.systemUTC());
    var expiry = new Expiry(Clock.offset(Clock.systemUTC(), Expiry.KEPT));
    try (var s3 = new FaultyS3(LakeFixture.s3(), seed);
        var table = new LoadedTable(new LakeFixture(s3), mode)) {
      s3.spoil(SHARE);
      var failures = 0;
      for (var i = 1; i <= COMMITS; i++) {
        var names = new HashMap<Long, @Nullable String>();
        for (var row = 0; row < ROWS; row++) {
          var id = mode == LoadMode.UPSERT ? random.nextInt(KEYS) : (long) i * ROWS + row;
          names.put(id, mode == LoadMode.UPSERT && random.nextInt(10) == 0 ? null : "name" + i);
        }
        failures += table.loadInSpiteOfFailures(names);
        failures += i % 3 == 0 ? attempt(table, compaction) : 0;
        failures += i % 10 == 0 ? attempt(table, expiry) : 0;
      }
      s3.spoil(0);
      LOG.info("{}: {} spoiled answers, {} failures", mode, s3.faults(), failures);
      assertThat(s3.faults()).isPositive();
      assertThat(table.rows()).isEqualTo(table.expected());
      table.run(compaction);
      table.run(expiry);
      // What failed commits left is a week old.
      table.run(
          new OrphanSweep(
              table.table().location(), Clock.offset(Clock.systemUTC(), Duration.ofDays(7))));
      assertThat(table.rows()).isEqualTo(table.expected());
    }
  }

  /** Keys do not become right by waiting. */
  @Test
  void wrongKeysAreRefused() {
    var lake = LakeFixture.onS3();
    var definition =
        Pipelines.definition(
            lake.definition("flights"),
            Pipelines.schema(List.of(), new Field("id", FieldType.INT64, true, null)),
            LoadMode.APPEND,
            UUID.randomUUID(),
            1,
            null);
    var environment = new HashMap<>(lake.migrationEnvironment());
    environment.put(RuntimeVariable.STORE_SECRET_ACCESS_KEY.name(), "wrong");
    var migration = StoreMigration.open(definition, environment);
    assertThatThrownBy(() -> migration.migrate(Pipelines.log(definition.topic().uuid(), 1, 0, 1)))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("403");
  }

  private static int attempt(LoadedTable table, Upkeep upkeep) {
    try {
      table.run(upkeep);
      return 0;
    } catch (Exception e) { // the next attempt does it
      return 1;
    }
  }
}
