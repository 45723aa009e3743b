package dev.acequia.stores.lake;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.lake.maintain.Compaction;
import dev.acequia.stores.lake.maintain.Expiry;
import dev.acequia.stores.lake.maintain.OrphanSweep;
import dev.acequia.stores.lake.read.LakeReader;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables in the Apache Iceberg format. */
public final class LakeProvider implements StoreProvider {
  private @Nullable LakeTables tables;

  @Override
  public String kind() {
    return StoreDefinition.Lake.KIND;
  }

  @Override
  public StoreReader reader(PipelineDefinition definition, Map<String, String> environment) {
    return LakeReader.open(definition, store(definition), environment);
  }

  @Override
  public StoreWriter writer(PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    return new LakeWriter(definition, store, tables(store, environment), Clock.systemUTC());
  }

  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    var clock = Clock.systemUTC();
    var compaction = new Compaction(Duration.ofSeconds(store.commitSeconds()), clock);
    return List.of(
        new LakeHousekeeping(store, tables(store, environment), environment, clock),
        new TableUpkeep(compaction, tables(store, environment), Duration.ofMinutes(1)),
        new TableUpkeep(new Expiry(clock), tables(store, environment), Duration.ofMinutes(10)),
        new TableUpkeep(
            new OrphanSweep(store.location(), clock),
            tables(store, environment),
            Duration.ofHours(1)));
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    return new LakeMigration(definition, store(definition), environment);
  }

  /** The parts of a consumer share one catalog, and so one connection. */
  private synchronized LakeTables tables(
      StoreDefinition.Lake store, Map<String, String> environment) {
    var shared = tables;
    if (shared == null || !shared.isOf(store, environment)) {
      shared = new LakeTables(store, environment);
      tables = shared;
    }
    return shared.share();
  }

  private static StoreDefinition.Lake store(PipelineDefinition definition) {
    return (StoreDefinition.Lake) definition.store();
  }
}
