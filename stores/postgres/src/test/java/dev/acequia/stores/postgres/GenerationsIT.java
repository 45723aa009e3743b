package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.Lineage;
import dev.acequia.stores.Lineage.Generation;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.TopicLog;
import dev.acequia.stores.TopicLog.Cut;
import dev.acequia.stores.TopicLog.EpochCheck;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Migrations and claims that wait for each other at the offsets. */
class GenerationsIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id"),
          new Field("id", FieldType.INT64, true, null),
          new Field("name", FieldType.STRING, false, null));
  private static final EpochCheck NOT_CUT = (partition, offset, epoch) -> Optional.empty();

  private final Warehouse warehouse = Warehouse.create();

  private void migrate(PipelineDefinition definition, long end, EpochCheck epochs)
      throws Exception {
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(
            new TopicLog(
                definition.topic().uuid(),
                Collections.nCopies(
                    definition.topic().partitions(), new TopicLog.Range(0, end, null)),
                epochs));
  }

  private StoreWriter writer(PipelineDefinition definition) {
    return StoreWriter.open(definition, warehouse.writerEnvironment("pod"));
  }

  /** A word came between, and this migration's topic is gone. */
  @Test
  void aMigrationOfATopicThatWasReplacedMeanwhileChangesNothing() throws Exception {
    migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null), 4, NOT_CUT);
    var other = UUID.randomUUID();
    var replaced =
        new EpochCheck() {
          @Override
          public Optional<Cut> cut(int partition, long offset, int leaderEpoch) {
            return Optional.empty();
          }

          @Override
          public List<TopicLog.Range> ranges() {
            try {
              warehouse.asSuperuser(
                  "UPDATE ops._acequia_offsets_flights SET topic_id = '" + other + "'");
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
            return List.of();
          }
        };
    assertThatThrownBy(
            () -> migrate(definition(SCHEMA, LoadMode.APPEND, TOPIC, 2, null), 4, replaced))
        .isInstanceOf(TerminationException.class);
    assertThat(warehouse.rows("SELECT partition, topic_id FROM ops._acequia_offsets_flights"))
        .containsExactly("0|" + other);
  }

  @Test
  void aClaimThatWaitedForAMigrationKnowsTheGenerationThatItBegan() throws Exception {
    var plain = definition(SCHEMA, LoadMode.APPEND, TOPIC, 1, null);
    migrate(plain, 4, NOT_CUT);
    try (var migration = warehouse.connect(warehouse.admin(), Warehouse.ADMIN_PASSWORD);
        var statement = migration.createStatement();
        var writer = writer(plain)) {
      writer.probe();
      migration.setAutoCommit(false);
      statement.execute(
          "UPDATE ops._acequia_offsets_flights SET next_offset = 2, fence = fence + 1");
      var claim =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return writer.claim(0).orElseThrow();
                } catch (StoreUnavailableException e) {
                  throw new IllegalStateException(e);
                }
              });
      await()
          .until(
              () ->
                  !warehouse
                      .rows("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
                      .isEmpty());
      statement.execute(
          "INSERT INTO ops._acequia_generations_flights (partition, generation, topic_id, from_offset) VALUES (0, 2, '"
              + TOPIC
              + "', 2)");
      migration.commit();
      assertThat(claim.get().nextOffset()).isEqualTo(2);
      assertThat(claim.get().lineage())
          .isEqualTo(new Lineage(List.of(new Generation(1, 0), new Generation(2, 2))));
    }
  }
}
