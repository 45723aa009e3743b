package dev.acequia.stores.postgres;

import static dev.acequia.stores.postgres.Warehouse.definition;
import static dev.acequia.stores.testkit.Pipelines.log;
import static dev.acequia.stores.testkit.Pipelines.schema;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.RecordDecoder;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.testkit.Pipelines;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Dead letters that are sent back after the deletion of their key is forgotten. */
class RedriveGuardIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Schema SCHEMA =
      schema(
          List.of("id", "site"),
          new Field("name", FieldType.STRING, false, null),
          new Field("id", FieldType.INT64, true, null),
          new Field("site", FieldType.STRING, true, null));

  private final Warehouse warehouse = Warehouse.create();
  private final Row row = new Row(SCHEMA);
  private final Arrival arrival = new Arrival();
  private final List<RowRejection> rejected = new ArrayList<>();
  private final CommitGate<RuntimeException> gate =
      rows -> {
        rejected.clear();
        rejected.addAll(rows);
      };

  private PipelineDefinition migrated(long beginning) throws Exception {
    return migrate(null, beginning, 999);
  }

  private PipelineDefinition migrate(@Nullable AcceptedOffsets word, long beginning, long end)
      throws Exception {
    var definition = definition(SCHEMA, LoadMode.UPSERT, TOPIC, 1, word);
    StoreMigration.open(definition, warehouse.migrationEnvironment())
        .migrate(log(TOPIC, 1, beginning, end));
    return definition;
  }

  private StoreWriter writer(PipelineDefinition definition) {
    return StoreWriter.open(definition, warehouse.writerEnvironment("pod"));
  }

  private void add(StoreBatch batch, long offset, long id, String name) throws Exception {
    add(batch, 1, offset, id, name);
  }

  private void add(StoreBatch batch, int generation, long offset, long id, String name)
      throws Exception {
    add(batch, arrival.from(generation, 0, offset), id, name);
  }

  private void sendBack(StoreBatch batch, long offset, long id, String name) throws Exception {
    add(batch, arrival.from(1, 0, offset).redrivenTo(1, 99), id, name);
  }

  private void add(StoreBatch batch, Arrival given, long id, String name) throws Exception {
    var json =
        "{\"id\":%d,\"site\":\"s\",\"name\":\"%s\"}"
            .formatted(id, name)
            .getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decode(json, 0, json.length, row);
    batch.add(row, given);
  }

  private void delete(StoreBatch batch, long offset, long id) throws Exception {
    delete(batch, arrival.from(1, 0, offset), id);
  }

  private void delete(StoreBatch batch, Arrival given, long id) throws Exception {
    var json = "[%d,\"s\"]".formatted(id).getBytes(StandardCharsets.UTF_8);
    new RecordDecoder(SCHEMA).decodeKey(json, 0, json.length, row);
    batch.addDeletion(row, given);
  }

  private void write(StoreWriter writer, StoreBatch batch, long to) throws Exception {
    var claim = writer.claim(0).orElseThrow();
    writer.write(
        batch, List.of(new PartitionAdvance(0, claim.fence(), claim.nextOffset(), to, null)), gate);
    batch.clear();
  }

  private void forgetDeletionsBefore(PipelineDefinition definition, long offset) throws Exception {
    warehouse.asSuperuser(
        "UPDATE ops._acequia_deleted_flights SET deleted_at = now() - interval '31 days'"
            + " WHERE _offset < "
            + offset);
    var environment = new HashMap<>(warehouse.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var deletions = StoreHousekeeping.open(definition, environment).getLast()) {
      deletions.work();
    }
  }

  private List<String> table() throws Exception {
    return warehouse.rows("SELECT id, name FROM ops.flights ORDER BY id");
  }

  @Test
  void bringsNothingBackThatWasDeletedLongAgo() throws Exception {
    var definition = migrated(0);
    try (var writer = writer(definition)) {
      // Offsets 0 to 9 were put aside.
      var batch = writer.newBatch();
      add(batch, 10, 2, "stored since");
      add(batch, 11, 3, "older than the table's, and deleted");
      delete(batch, 12, 1);
      delete(batch, 13, 3);
      delete(batch, 40, 4);
      write(writer, batch, 100);
      forgetDeletionsBefore(definition, 20);
      assertThat(warehouse.rows("SELECT id FROM ops._acequia_deleted_flights"))
          .containsExactly("4");

      add(batch, 100, 7, "as ever");
      sendBack(batch, 0, 1, "deleted");
      sendBack(batch, 1, 2, "superseded");
      sendBack(batch, 2, 3, "deleted too");
      sendBack(batch, 3, 4, "deletion is known");
      sendBack(batch, 4, 5, "was it deleted?");
      sendBack(batch, 30, 6, "put aside after what is forgotten");
      add(batch, 101, 8, "as ever");
      write(writer, batch, 110);

      assertThat(table())
          .containsExactly(
              "2|stored since", "6|put aside after what is forgotten", "7|as ever", "8|as ever");
      assertThat(rejected)
          .allMatch(one -> one.errorClass() == ErrorClass.DeletionForgotten)
          .extracting(RowRejection::row)
          .containsExactly(1, 3, 5);
    }
  }

  @Test
  void doesNotTakeADeletionThatIsSentBackForTheNewestOfItsKey() throws Exception {
    var definition = migrated(0);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      delete(batch, 12, 1);
      write(writer, batch, 100);
      forgetDeletionsBefore(definition, 20);
      delete(batch, arrival.from(1, 0, 2).redrivenTo(1, 99), 1);
      write(writer, batch, 110);
      assertThat(rejected).isEmpty();
      sendBack(batch, 5, 1, "deleted at 12");
      write(writer, batch, 120);
      assertThat(rejected).extracting(RowRejection::row).containsExactly(0);
      assertThat(table()).isEmpty();
    }
  }

  @Test
  void judgesByAllThatIsReadWhenTheTableIsFilledAnew() throws Exception {
    var definition = migrated(0);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      delete(batch, 12, 1);
      write(writer, batch, 100);
      forgetDeletionsBefore(definition, 20);
    }
    warehouse.asSuperuser(
        "DROP TABLE IF EXISTS " + String.join(", ", new TableNames("ops", "flights").refilled()));
    // The log begins later than what was put aside first.
    migrated(8);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      delete(batch, 12, 1);
      sendBack(batch, 7, 2, "before all that is read");
      sendBack(batch, 8, 3, "nothing deleted it");
      sendBack(batch, 9, 1, "deleted at 12");
      write(writer, batch, 100);
      assertThat(table()).containsExactly("3|nothing deleted it");
      assertThat(rejected).extracting(RowRejection::row).containsExactly(1);
    }
  }

  /** A refill cannot read the deletions in the truncated tail. */
  @Test
  void judgesNoRecordOfALogThatWasCutByWhatIsReadAgain() throws Exception {
    var definition = migrated(0);
    try (var writer = writer(definition)) {
      // Offsets 500 to 599 are dead letters.
      var batch = writer.newBatch();
      add(batch, 100, 2, "older");
      delete(batch, 101, 3);
      for (var id = 1; id <= 4; id++) {
        delete(batch, 950 + id, id);
      }
      write(writer, batch, 999);
    }
    migrate(new AcceptedOffsets(Pipelines.kafkaId(TOPIC), null, "900"), 0, 900);
    warehouse.asSuperuser(
        "DROP TABLE IF EXISTS " + String.join(", ", new TableNames("ops", "flights").refilled()));
    migrate(null, 0, 910);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      add(batch, 100, 2, "older");
      delete(batch, 101, 3);
      add(batch, 600, 5, "newer");
      write(writer, batch, 900);
      add(batch, 2, 900, 6, "of the new generation");
      for (var id = 1; id <= 5; id++) {
        sendBack(batch, 500 + id, id, "put aside before the cut");
      }
      add(batch, arrival.from(2, 0, 902).redrivenTo(2, 905), 7, "put aside after the cut");
      write(writer, batch, 910);
      assertThat(rejected)
          .allMatch(one -> one.errorClass() == ErrorClass.DeletionForgotten)
          .extracting(RowRejection::row)
          .containsExactly(1, 2, 3, 4);
      assertThat(table())
          .containsExactly(
              "2|older", "5|newer", "6|of the new generation", "7|put aside after the cut");
    }
  }
}
