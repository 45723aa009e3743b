package dev.acequia.stores.lake;

import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;

/**
 * Removes snapshots that are older than the table's property says, and files that only they have.
 */
final class SnapshotExpiry implements StoreHousekeeping {
  private static final Duration PAUSE = Duration.ofHours(1);

  private final LakeTables tables;

  SnapshotExpiry(LakeTables tables) {
    this.tables = tables;
  }

  @Override
  public String subject() {
    return "snapshots";
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    var table = tables.load(tables.data());
    LakeFailure.of(
        () -> {
          table.expireSnapshots().commit();
          return true;
        });
    return PAUSE;
  }

  @Override
  public void close() {
    tables.close();
  }
}
