package dev.acequia.stores.lake.maintain;

import java.time.Clock;
import java.time.Duration;
import java.util.stream.StreamSupport;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.util.SnapshotUtil;

/** Expires old snapshots, and removes the files that only they name. */
public final class Expiry implements Upkeep {
  /** A new table's property: readers may still use an older snapshot. */
  public static final Duration KEPT = Duration.ofHours(3);

  /** Each commit writes the list of all snapshots, and each reader parses it. */
  static final int MOST = 500;

  /** Longer than any query. */
  private static final Duration KEPT_AT_LEAST = Duration.ofMinutes(10);

  private static final Duration PAUSE = Duration.ofMinutes(10);

  private final Clock clock;

  public Expiry(Clock clock) {
    this.clock = clock;
  }

  @Override
  public String subject() {
    return "snapshots";
  }

  @Override
  public Duration work(Table table) {
    var cut = cut(table);
    var isDue =
        StreamSupport.stream(table.snapshots().spliterator(), false)
            .anyMatch(snapshot -> snapshot.timestampMillis() < cut);
    if (isDue) {
      table.expireSnapshots().expireOlderThan(cut).commit();
    }
    return PAUSE;
  }

  /** Snapshots before this time expire. A person who changed the property decides alone. */
  private long cut(Table table) {
    var now = clock.millis();
    var property = TableProperties.MAX_SNAPSHOT_AGE_MS;
    var kept =
        Long.parseLong(table.properties().getOrDefault(property, String.valueOf(KEPT.toMillis())));
    var head = table.currentSnapshot();
    if (kept != KEPT.toMillis() || head == null) {
      return now - kept;
    }
    var mostKept =
        StreamSupport.stream(
                SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot).spliterator(), false)
            .skip(MOST)
            .mapToLong(Snapshot::timestampMillis)
            .findFirst()
            .orElse(Long.MIN_VALUE);
    return Math.max(now - kept, Math.min(mostKept, now - KEPT_AT_LEAST.toMillis()));
  }
}
