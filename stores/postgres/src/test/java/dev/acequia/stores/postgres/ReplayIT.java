package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Replays over the tables of a version that knew none. */
class ReplayIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};

  private final Warehouse warehouse = Warehouse.create();

  @Test
  void bringsTablesOfAFormerVersionUpToDate() throws Exception {
    var definition = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    migrate(definition);
    warehouse.asSuperuser(
        "DROP TABLE ops._acequia_repeats_flights, ops._acequia_replays_flights",
        "ALTER TABLE ops._acequia_offsets_flights DROP replay, DROP replay_from,"
            + " DROP replay_until, DROP replay_resume");
    migrate(definition);
    try (var writer = StoreWriter.open(definition, warehouse.writerEnvironment("pod"))) {
      var claim = writer.claim(0).orElseThrow();
      writer.write(
          writer.newBatch(), List.of(new PartitionAdvance(0, claim.fence(), 0, 90, null)), OPEN);
      var replay = new PartitionReplay(UUID.randomUUID(), 20, 90, 90, null);
      assertThat(
              writer.rewind(
                  writer.claim(0).orElseThrow(), new Rewind(20, null, replay, true, null)))
          .isPresent();
    }
  }

  private void migrate(PipelineDefinition definition) throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(log(TOPIC, 1, 0, 100));
  }
}
