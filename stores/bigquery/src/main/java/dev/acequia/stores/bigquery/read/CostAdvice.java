package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import java.util.Locale;

/**
 * What the author of a query can do that would read more than a query may. What the service expects
 * to read leaves out other partitions and other columns, but not the blocks that clustering leaves
 * out: https://cloud.google.com/bigquery/docs/estimate-costs
 */
final class CostAdvice {
  private static final double MIB = 1 << 20;

  private CostAdvice() {}

  static String of(StoreDefinition.BigQuery store, LoadMode mode) {
    // Pending changes of keys force a scan of the whole table, so filters do not help.
    var partition = mode == LoadMode.UPSERT ? null : store.partitionBy();
    return String.format(
        Locale.ROOT,
        "the query would read more than the %,.0f MiB that a query may: %s",
        Math.ceil(store.maxBytesBilled() / MIB),
        partition == null
            ? "ask for fewer or smaller fields with select, and filter by fewer, or raise spec.store.bigquery.maxBytesBilled"
            : "filter by a range of '%s', by which the table is partitioned, or ask for fewer or smaller fields with select"
                .formatted(partition.field()));
  }
}
