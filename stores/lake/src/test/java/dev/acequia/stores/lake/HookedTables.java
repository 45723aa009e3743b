package dev.acequia.stores.lake;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreUnavailableException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/** Tables at whose next commit something happens, after it was found to be good. */
final class HookedTables extends LakeTables {
  /** What happens, once. */
  interface Hook {
    void before() throws Exception;

    default void after() {}
  }

  private final AtomicReference<@Nullable Hook> next = new AtomicReference<>();

  HookedTables(StoreDefinition.Lake store, Map<String, String> environment) {
    super(store, environment);
  }

  void atTheNextCommit(Hook hook) {
    next.set(hook);
  }

  @Override
  Table load(TableIdentifier name) throws StoreUnavailableException {
    var table = (BaseTable) super.load(name);
    return new BaseTable(new Hooked(table.operations()), table.name());
  }

  private final class Hooked implements TableOperations {
    private final TableOperations own;

    Hooked(TableOperations own) {
      this.own = own;
    }

    @Override
    public TableMetadata current() {
      return own.current();
    }

    @Override
    public TableMetadata refresh() {
      return own.refresh();
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
      var hook = next.getAndSet(null);
      if (hook == null) {
        own.commit(base, metadata);
        return;
      }
      try {
        hook.before();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      own.commit(base, metadata);
      hook.after();
    }

    @Override
    public FileIO io() {
      return own.io();
    }

    @Override
    public EncryptionManager encryption() {
      return own.encryption();
    }

    @Override
    public String metadataFileLocation(String fileName) {
      return own.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider() {
      return LocationProviders.locationsFor(current().location(), current().properties());
    }

    @Override
    public TableOperations temp(TableMetadata uncommitted) {
      return own.temp(uncommitted);
    }
  }
}
