package dev.acequia.stores.lake;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.catalog.LakeCatalogs;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline's table, and a second one without rows beside it: its properties say whose the first
 * is, and survive it.
 */
class LakeTables implements AutoCloseable {
  /** The branch of the table whose files are notes. */
  static final String NOTES = "acequia";

  private static final String BESIDE = "_acequia";

  private final StoreDefinition.Lake store;
  private final Map<String, String> environment;
  private @Nullable Catalog catalog;
  private int users;

  LakeTables(StoreDefinition.Lake store, Map<String, String> environment) {
    this.store = store;
    this.environment = environment;
  }

  boolean isOf(StoreDefinition.Lake otherStore, Map<String, String> otherEnvironment) {
    return store.equals(otherStore) && environment.equals(otherEnvironment);
  }

  /** Adds a user. Each user closes it, and the last one closes the catalog. */
  synchronized LakeTables share() {
    users++;
    return this;
  }

  TableIdentifier data() {
    return LakeCatalogs.table(store);
  }

  TableIdentifier beside() {
    return TableIdentifier.of(data().namespace(), store.table() + BESIDE);
  }

  /** Where the second table and the notes are. */
  static String besideLocation(StoreDefinition.Lake store) {
    return store.location() + BESIDE;
  }

  synchronized Catalog catalog() throws StoreUnavailableException {
    var open = catalog;
    if (open == null) {
      open = LakeFailure.of(() -> LakeCatalogs.open(store, environment));
      catalog = open;
    }
    return open;
  }

  /** The table as it is now. */
  Table load(TableIdentifier name) throws StoreUnavailableException {
    var own = catalog();
    return LakeFailure.of(() -> own.loadTable(name));
  }

  /** The table as it is now; empty when there is none. */
  Optional<Table> find(TableIdentifier name) throws StoreUnavailableException {
    var own = catalog();
    return LakeFailure.of(
        () -> {
          try {
            return Optional.of(own.loadTable(name));
          } catch (NoSuchTableException e) {
            return Optional.empty();
          }
        });
  }

  @Override
  public synchronized void close() {
    users = Math.max(0, users - 1);
    if (users > 0) {
      return;
    }
    try {
      if (catalog instanceof Closeable closeable) {
        closeable.close();
      }
    } catch (IOException e) {
      // What it held is gone with the process.
    }
    catalog = null;
  }
}
