package dev.acequia.stores.reference;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import java.util.List;
import java.util.Map;

/** Tables in the memory of this process; {@code STORE_URI} names the store. */
public final class ReferenceProvider implements StoreProvider {
  @Override
  public String kind() {
    return ReferenceDefinition.KIND;
  }

  @Override
  public StoreReader reader(PipelineDefinition definition, Map<String, String> environment) {
    return new ReferenceReader(definition, table(definition, environment));
  }

  @Override
  public StoreWriter writer(PipelineDefinition definition, Map<String, String> environment) {
    return new ReferenceWriter(definition, table(definition, environment));
  }

  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    return List.of(new ReferenceHousekeeping(table(definition, environment), environment));
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    return new ReferenceMigration(definition, table(definition, environment));
  }

  private static Table table(PipelineDefinition definition, Map<String, String> environment) {
    return ReferenceStore.of(environment).table(((ReferenceDefinition) definition.store()).table());
  }
}
