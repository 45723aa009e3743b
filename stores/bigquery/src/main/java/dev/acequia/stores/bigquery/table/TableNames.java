package dev.acequia.stores.bigquery.table;

import com.google.cloud.bigquery.TableId;
import dev.acequia.contract.StoreDefinition;

/** The tables of a pipeline, all in one dataset. */
public record TableNames(String project, String dataset, String table) {
  /** A table of this ending belongs to the one whose name stands before it. */
  private static final String BESIDE = "_acequia";

  public static TableNames of(StoreDefinition.BigQuery store) {
    return new TableNames(store.project(), store.dataset(), store.table());
  }

  /** The records. */
  public TableId data() {
    return named(table);
  }

  /** Positions, ledger and owner. */
  public TableId state() {
    return named(table + BESIDE);
  }

  /** Idempotency keys of the last days. */
  public TableId marks() {
    return named(table + BESIDE + "_marks");
  }

  /** The places of records that were dropped as repeats. */
  public TableId repeats() {
    return named(table + BESIDE + "_repeats");
  }

  private TableId named(String name) {
    return TableId.of(project, dataset, name);
  }
}
