package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import java.util.List;
import java.util.Map;

/** Tables in PostgreSQL. */
public final class PostgresProvider implements StoreProvider {
  @Override
  public String kind() {
    return StoreDefinition.Postgres.KIND;
  }

  @Override
  public StoreReader reader(PipelineDefinition definition, Map<String, String> environment) {
    return PostgresReader.open(definition, store(definition), environment);
  }

  @Override
  public StoreWriter writer(PipelineDefinition definition, Map<String, String> environment) {
    return PostgresWriter.open(definition, store(definition), environment);
  }

  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    return PostgresHousekeeping.open(definition, store(definition), environment);
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    return new PostgresMigration(definition, store(definition), environment);
  }

  private static StoreDefinition.Postgres store(PipelineDefinition definition) {
    return (StoreDefinition.Postgres) definition.store();
  }
}
