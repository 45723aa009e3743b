package dev.acequia.stores.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Dead letters that are sent back, also after the deletion of their key is forgotten. */
public abstract class RedriveContract extends StoreContract {
  private static final Schema KEYED =
      Pipelines.schema(
          List.of("id", "site"),
          new Field("name", FieldType.STRING, false, null),
          new Field("id", FieldType.INT64, true, null),
          new Field("site", FieldType.STRING, true, null));

  protected RedriveContract(StoreFixture store) {
    super(store);
  }

  private PipelineDefinition prepared(@Nullable AcceptedOffsets word, long beginning, long end)
      throws Exception {
    var definition = definition(KEYED, LoadMode.UPSERT, TOPIC, 1, word);
    migrate(definition, Pipelines.log(TOPIC, 1, beginning, end));
    return definition;
  }

  private void put(StoreBatch batch, long offset, long id, String name) throws Exception {
    put(batch, arrival.from(1, 0, offset), id, name);
  }

  private void sendBack(StoreBatch batch, long offset, long id, String name) throws Exception {
    put(batch, arrival.from(1, 0, offset).redrivenTo(1, 99), id, name);
  }

  private static void put(StoreBatch batch, Arrival given, long id, String name) throws Exception {
    add(KEYED, batch, given, "{\"id\":%d,\"site\":\"s\",\"name\":\"%s\"}".formatted(id, name));
  }

  private void remove(StoreBatch batch, long offset, long id) throws Exception {
    remove(batch, arrival.from(1, 0, offset), id);
  }

  private static void remove(StoreBatch batch, Arrival given, long id) throws Exception {
    delete(KEYED, batch, given, "[%d,\"s\"]".formatted(id));
  }

  private void load(StoreWriter writer, StoreBatch batch, long to) throws Exception {
    write(writer, batch, claim(writer, 0).nextOffset(), to);
    batch.clear();
  }

  private void forgetDeletions(PipelineDefinition definition) throws Exception {
    pass(
        definition,
        Duration.ofDays(31),
        Map.of(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D"));
  }

  private List<String> rows(PipelineDefinition definition) throws Exception {
    return table(definition, "id", "name");
  }

  @Test
  void takesARecordThatIsSentBackForOneOfItsFirstPlace() throws Exception {
    for (var mode : LoadMode.values()) {
      var definition = migrated(mode, 1);
      try (var writer = writer(definition)) {
        var batch = writer.newBatch();
        add(batch, arrival.from(1, 0, 0), 1, "stored");
        add(batch, arrival.from(1, 0, 5), 2, "newer");
        write(writer, batch, 0, 10);
        for (var repeat = 0; repeat < 2; repeat++) {
          batch.clear();
          add(batch, arrival.from(1, 0, 0).redrivenTo(1, 10 + repeat), 1, "stored");
          add(batch, arrival.from(1, 0, 3).redrivenTo(1, 10 + repeat), 2, "put aside");
          assertThat(write(writer, batch, 10 + repeat, 11 + repeat))
              .isInstanceOf(WriteResult.Stored.class);
        }
        assertThat(table(definition, "id", "name", "_offset"))
            .containsExactlyElementsOf(
                switch (mode) {
                  case APPEND -> List.of("1|stored|0", "2|put aside|3", "2|newer|5");
                  case UPSERT -> List.of("1|stored|0", "2|newer|5");
                });
      }
      drop(definition);
    }
  }

  @Test
  void bringsNothingBackThatWasDeletedLongAgo() throws Exception {
    var definition = prepared(null, 0, 999);
    try (var writer = writer(definition)) {
      // Offsets 0 to 9 were put aside.
      var batch = writer.newBatch();
      put(batch, 10, 2, "stored since");
      put(batch, 11, 3, "older than the table's, and deleted");
      remove(batch, 12, 1);
      remove(batch, 13, 3);
      load(writer, batch, 20);
      forgetDeletions(definition);
      remove(batch, 40, 4);
      load(writer, batch, 100);

      put(batch, 100, 7, "as ever");
      sendBack(batch, 0, 1, "deleted");
      sendBack(batch, 1, 2, "superseded");
      sendBack(batch, 2, 3, "deleted too");
      sendBack(batch, 3, 4, "deletion is known");
      sendBack(batch, 4, 5, "was it deleted?");
      sendBack(batch, 30, 6, "put aside after what is forgotten");
      put(batch, 101, 8, "as ever");
      load(writer, batch, 110);

      assertThat(rows(definition))
          .containsExactly(
              "2|stored since", "6|put aside after what is forgotten", "7|as ever", "8|as ever");
      assertThat(rejected)
          .allMatch(one -> one.errorClass() == ErrorClass.DeletionForgotten)
          .extracting(RowRejection::row)
          .containsExactly(1, 3, 5);
    }
  }

  /** The person's word passed over records that nobody read. */
  @Test
  void doesNotJudgeByDeletionsThatWerePassedOver() throws Exception {
    var definition = prepared(null, 0, 999);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      put(batch, 10, 2, "stored before");
      load(writer, batch, 100);
      prepared(new AcceptedOffsets(Pipelines.kafkaId(TOPIC), null, "500"), 0, 999);
      sendBack(batch, 50, 1, "was it deleted?");
      put(batch, 500, 3, "as ever");
      load(writer, batch, 510);
      assertThat(rejected)
          .allMatch(one -> one.errorClass() == ErrorClass.DeletionForgotten)
          .extracting(RowRejection::row)
          .containsExactly(0);
      assertThat(rows(definition)).containsExactly("2|stored before", "3|as ever");
    }
  }

  @Test
  void doesNotTakeADeletionThatIsSentBackForTheNewestOfItsKey() throws Exception {
    var definition = prepared(null, 0, 999);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      remove(batch, 12, 1);
      load(writer, batch, 100);
      forgetDeletions(definition);
      remove(batch, arrival.from(1, 0, 2).redrivenTo(1, 99), 1);
      load(writer, batch, 110);
      assertThat(rejected).isEmpty();
      sendBack(batch, 5, 1, "deleted at 12");
      load(writer, batch, 120);
      assertThat(rejected).extracting(RowRejection::row).containsExactly(0);
      assertThat(rows(definition)).isEmpty();
    }
  }

  @Test
  void judgesByAllThatIsReadWhenTheTableIsFilledAnew() throws Exception {
    var definition = prepared(null, 0, 999);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      remove(batch, 12, 1);
      load(writer, batch, 100);
      forgetDeletions(definition);
    }
    store.refill(definition);
    // The log begins later than what was put aside first.
    prepared(null, 8, 999);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      remove(batch, 12, 1);
      sendBack(batch, 7, 2, "before all that is read");
      sendBack(batch, 8, 3, "nothing deleted it");
      sendBack(batch, 9, 1, "deleted at 12");
      load(writer, batch, 100);
      assertThat(rows(definition)).containsExactly("3|nothing deleted it");
      assertThat(rejected).extracting(RowRejection::row).containsExactly(1);
    }
  }

  /** A refill cannot read the deletions in the truncated tail. */
  @Test
  void judgesNoRecordOfALogThatWasCutByWhatIsReadAgain() throws Exception {
    var definition = prepared(null, 0, 999);
    try (var writer = writer(definition)) {
      // Offsets 500 to 599 are dead letters.
      var batch = writer.newBatch();
      put(batch, 100, 2, "older");
      remove(batch, 101, 3);
      for (var id = 1; id <= 4; id++) {
        remove(batch, 950 + id, id);
      }
      load(writer, batch, 999);
    }
    prepared(new AcceptedOffsets(Pipelines.kafkaId(TOPIC), null, "900"), 0, 900);
    store.refill(definition);
    prepared(null, 0, 910);
    try (var writer = writer(definition)) {
      var batch = writer.newBatch();
      put(batch, 100, 2, "older");
      remove(batch, 101, 3);
      put(batch, 600, 5, "newer");
      load(writer, batch, 900);
      put(batch, arrival.from(2, 0, 900), 6, "of the new generation");
      for (var id = 1; id <= 5; id++) {
        sendBack(batch, 500 + id, id, "put aside before the cut");
      }
      put(batch, arrival.from(2, 0, 902).redrivenTo(2, 905), 7, "put aside after the cut");
      load(writer, batch, 910);
      assertThat(rejected)
          .allMatch(one -> one.errorClass() == ErrorClass.DeletionForgotten)
          .extracting(RowRejection::row)
          .containsExactly(1, 2, 3, 4);
      assertThat(rows(definition))
          .containsExactly(
              "2|older", "5|newer", "6|of the new generation", "7|put aside after the cut");
    }
  }
}
