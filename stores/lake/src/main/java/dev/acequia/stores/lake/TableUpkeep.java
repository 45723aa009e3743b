package dev.acequia.stores.lake;

import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.maintain.Upkeep;
import java.time.Duration;

/** A part of a table's maintenance as consumers run it. */
final class TableUpkeep implements StoreHousekeeping {
  private final Upkeep upkeep;
  private final LakeTables tables;
  private final Duration first;

  /**
   * The part for one table.
   *
   * @param first the first turn comes within this time
   */
  TableUpkeep(Upkeep upkeep, LakeTables tables, Duration first) {
    this.upkeep = upkeep;
    this.tables = tables;
    this.first = first;
  }

  @Override
  public String subject() {
    return upkeep.subject();
  }

  @Override
  public Duration first() {
    return first;
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    var table = tables.load(tables.data());
    return LakeFailure.of(() -> upkeep.work(table));
  }

  @Override
  public void close() {
    tables.close();
  }
}
