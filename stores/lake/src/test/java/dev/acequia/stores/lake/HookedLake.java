package dev.acequia.stores.lake;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.testkit.Pipelines;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;

/**
 * A migrated lake of two partitions, in append mode by default. Tests act between the look and the
 * commit of a user of {@link #tables}.
 */
abstract class HookedLake {
  private static final int PARTITIONS = 2;

  final LakeFixture lake = new LakeFixture();
  PipelineDefinition definition;
  HookedTables tables;
  private final Schema schema;

  HookedLake(Schema schema) {
    this.schema = schema;
    definition = definition(LoadMode.APPEND);
    tables = hookedTables();
  }

  private PipelineDefinition definition(LoadMode mode) {
    return Pipelines.definition(
        lake.definition("flights"), schema, mode, UUID.randomUUID(), PARTITIONS, null);
  }

  private HookedTables hookedTables() {
    return new HookedTables(store(), lake.writerEnvironment("pod"));
  }

  @BeforeEach
  void migrate() throws Exception {
    StoreMigration.open(definition, lake.migrationEnvironment())
        .migrate(Pipelines.log(definition.topic().uuid(), PARTITIONS, 0, 1000));
  }

  /** Drops the table and creates one of this mode. */
  final void migrate(LoadMode mode) throws Exception {
    StoreMigration.open(definition, lake.migrationEnvironment()).drop();
    definition = definition(mode);
    tables = hookedTables();
    migrate();
  }

  final StoreDefinition.Lake store() {
    return (StoreDefinition.Lake) definition.store();
  }

  /** A writer of another Pod, without hooks. */
  final StoreWriter other() {
    return StoreWriter.open(definition, lake.writerEnvironment("other"));
  }
}
