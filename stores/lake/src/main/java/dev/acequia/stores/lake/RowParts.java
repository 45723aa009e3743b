package dev.acequia.stores.lake;

import dev.acequia.stores.lake.table.Truncation;
import java.math.BigDecimal;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch by the table's partitions. Each partition becomes a file. A record's values
 * must not stop the load. So rows with partition values that are too long or out of order, and
 * batches of too many partitions, go into one file without a partition.
 *
 * @param byKey rows by partition
 * @param others rows of the file without a partition
 * @param unparted the spec of that file
 */
record RowParts(Map<PartitionKey, BitSet> byKey, BitSet others, PartitionSpec unparted) {
  /** More files per commit cost more than they save a reader. */
  private static final int MOST_PARTS = 64;

  /** A partition's values stand in each manifest, and readers keep them in memory. */
  private static final int LONGEST_VALUE = 256;

  static RowParts of(Table table, BatchRow row, BitSet rows) {
    var spec = table.spec();
    var unparted = unparted(table);
    if (spec.isUnpartitioned()) {
      return new RowParts(Map.of(), rows, unparted);
    }
    var key = new PartitionKey(spec, table.schema());
    var truncation = Truncation.of(spec);
    var byKey = new LinkedHashMap<PartitionKey, BitSet>();
    var others = new BitSet();
    for (var i = rows.nextSetBit(0); i >= 0; i = rows.nextSetBit(i + 1)) {
      key.partition(row.at(i));
      if (isTooLong(key, spec.partitionType()) || truncation.wraps(key, row)) {
        others.set(i);
        continue;
      }
      var part = byKey.get(key);
      if (part == null) {
        if (byKey.size() == MOST_PARTS) {
          return new RowParts(Map.of(), rows, unparted);
        }
        part = new BitSet();
        byKey.put(key.copy(), part);
      }
      part.set(i);
    }
    return new RowParts(byKey, others, unparted);
  }

  /** A migration creates each table without partitions first. */
  private static PartitionSpec unparted(Table table) {
    return table.specs().values().stream()
        .filter(PartitionSpec::isUnpartitioned)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isTooLong(PartitionKey key, Types.StructType types) {
    for (var i = 0; i < key.size(); i++) {
      if (isTooLong(key.get(i, Object.class), types.fields().get(i).type())) {
        return true;
      }
    }
    return false;
  }

  /** A truncated decimal can have one digit more than its column: it is rounded down. */
  static boolean isTooLong(@Nullable Object value, Type type) {
    return switch (value) {
      case CharSequence text -> text.length() > LONGEST_VALUE;
      case BigDecimal decimal -> decimal.precision() > ((Types.DecimalType) type).precision();
      case null, default -> false;
    };
  }
}
