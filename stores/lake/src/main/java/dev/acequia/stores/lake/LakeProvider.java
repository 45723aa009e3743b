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

/** Tables in the Apache Iceberg format. */
public final class LakeProvider implements StoreProvider {
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
    return new LakeWriter(definition, store, new LakeTables(store, environment), Clock.systemUTC());
  }

  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    var clock = Clock.systemUTC();
    var compaction = new Compaction(Duration.ofSeconds(store.commitSeconds()), clock);
    return List.of(
        new LakeHousekeeping(store, new LakeTables(store, environment), environment, clock),
        new TableUpkeep(compaction, new LakeTables(store, environment), Duration.ofMinutes(1)),
        new TableUpkeep(
            new Expiry(clock), new LakeTables(store, environment), Duration.ofMinutes(10)),
        new TableUpkeep(
            new OrphanSweep(clock), new LakeTables(store, environment), Duration.ofHours(1)));
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    return new LakeMigration(definition, store(definition), environment);
  }

  private static StoreDefinition.Lake store(PipelineDefinition definition) {
    return (StoreDefinition.Lake) definition.store();
  }
}
