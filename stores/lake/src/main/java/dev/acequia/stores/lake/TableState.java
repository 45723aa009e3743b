package dev.acequia.stores.lake;

import dev.acequia.stores.position.Ledger;
import dev.acequia.stores.position.Position;
import dev.acequia.stores.position.Positions;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a table's properties: positions, ledger, and the fields of the key. Each change of
 * them comes with a snapshot of the main branch that has the same value in its summary.
 *
 * @param head the snapshot that was current; null when there was none
 * @param properties all properties of the table
 * @param revision of the ledger
 */
record TableState(
    Table table,
    @Nullable Snapshot head,
    Map<String, String> properties,
    Map<Integer, FencedPosition> positions,
    Ledger ledger,
    long revision,
    String key) {
  /** Changes with the ledger. */
  static final String REVISION = "acequia.revision";

  /** The fields by which rows are replaced, joined by commas; empty in append mode. */
  static final String KEY = "acequia.key";

  /** The replays that a partition was rewound for are this with its number after it. */
  private static final String REPLAYS = "acequia.replays.";

  static TableState of(Table table) {
    var properties = table.properties();
    var ledger = properties.get(LedgerText.KEY);
    return new TableState(
        table,
        table.currentSnapshot(),
        properties,
        FencedPosition.all(properties),
        ledger == null ? new Ledger() : LedgerText.parse(ledger),
        Long.parseLong(properties.getOrDefault(REVISION, "0")),
        properties.getOrDefault(KEY, ""));
  }

  /** A copy that can be changed. */
  Positions copy() {
    var byPartition = new TreeMap<Integer, Position>();
    positions.forEach((partition, fenced) -> byPartition.put(partition, fenced.position()));
    return new Positions(byPartition, new Ledger(ledger));
  }

  static String replaysKey(int partition) {
    return REPLAYS + partition;
  }

  /** The replays that a partition was rewound for, joined by commas. */
  String replays(int partition) {
    return properties.getOrDefault(replaysKey(partition), "");
  }

  /** Whether a partition was rewound for a replay. */
  boolean knowsReplay(int partition, UUID replay) {
    return replays(partition).contains(replay.toString());
  }
}
