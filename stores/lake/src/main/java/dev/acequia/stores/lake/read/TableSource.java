package dev.acequia.stores.lake.read;

import org.apache.iceberg.Table;

/** Finds the pipeline's table. */
interface TableSource extends AutoCloseable {
  /**
   * Loads it; each call does so anew.
   *
   * @throws RuntimeException as Iceberg's catalogs throw it
   */
  Table load();

  @Override
  void close();
}
