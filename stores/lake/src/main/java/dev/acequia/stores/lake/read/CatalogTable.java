package dev.acequia.stores.lake.read;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.lake.catalog.LakeCatalogs;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.jspecify.annotations.Nullable;

/** The table that a definition names; its catalog is opened when it is first asked. */
final class CatalogTable implements TableSource {
  private final StoreDefinition.Lake store;
  private final Map<String, String> environment;
  private @Nullable Catalog catalog;

  CatalogTable(StoreDefinition.Lake store, Map<String, String> environment) {
    this.store = store;
    this.environment = Map.copyOf(environment);
  }

  @Override
  public synchronized Table load() {
    var opened = catalog;
    if (opened == null) {
      opened = LakeCatalogs.open(store, environment);
      catalog = opened;
    }
    return opened.loadTable(LakeCatalogs.table(store));
  }

  @Override
  public synchronized void close() {
    if (catalog instanceof Closeable closeable) {
      try {
        closeable.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    catalog = null;
  }
}
