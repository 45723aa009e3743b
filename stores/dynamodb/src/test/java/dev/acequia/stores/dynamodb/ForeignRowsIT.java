package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.CommitGate;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.dynamodb.item.Attributes;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person has done to the table. */
class ForeignRowsIT {
  private static final CommitGate<RuntimeException> OPEN = rejected -> {};

  private final DynamoFixture fixture = new DynamoFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void load(DynamoPipeline pipeline) throws Exception {
    pipeline.migrate();
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(batch, 0, "{\"id\":1,\"name\":\"stored\"}");
      writer.write(batch, DynamoPipeline.advance(DynamoPipeline.claim(writer), 10), OPEN);
    }
  }

  private List<String> names(DynamoPipeline pipeline) {
    return fixture.client().scan(scan -> scan.tableName(pipeline.names().data())).items().stream()
        .map(item -> Objects.requireNonNull(item.get("name")).s())
        .toList();
  }

  private void takeAway(DynamoPipeline pipeline, String attribute) {
    var table = pipeline.names().data();
    var item =
        new HashMap<>(fixture.client().scan(scan -> scan.tableName(table)).items().getFirst());
    item.remove(attribute);
    fixture.client().putItem(put -> put.tableName(table).item(item));
  }

  private static WriteResult sendBack(DynamoPipeline pipeline, long offset) throws Exception {
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      pipeline.add(
          batch,
          new Arrival().from(1, 0, offset).redrivenTo(1, 10),
          "{\"id\":1,\"name\":\"sent back\"}");
      return writer.write(batch, DynamoPipeline.advance(DynamoPipeline.claim(writer), 11), OPEN);
    }
  }

  /** The positions are ahead of the rows that are there. */
  @Test
  void aTableThatWasMadeAgainIsNotLoaded() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    load(pipeline);
    fixture.dropTable(pipeline.definition);
    try (var writer = pipeline.writer()) {
      assertThatThrownBy(() -> writer.claim(0))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining("is gone");
      fixture
          .client()
          .createTable(
              TableShape.ofRecords(
                      pipeline.definition, (StoreDefinition.DynamoDb) pipeline.definition.store())
                  .creation());
      assertThatThrownBy(() -> writer.claim(0))
          .isInstanceOf(StoreRefusedException.class)
          .hasMessageContaining(pipeline.names().data())
          .hasMessageContaining("is not the one that was loaded");
    }
  }

  /**
   * Hours may pass while a newer version's index is built, and the service refuses such a value.
   */
  @Test
  void aRecordThatAnIndexOfTheTableDoesNotTakeIsRejectedByAVersionThatKnowsNoIndex()
      throws Exception {
    var required = new Field("site", FieldType.STRING, true, null);
    var former = new DynamoPipeline(fixture, LoadMode.UPSERT, DynamoPipeline.ID, required);
    former.migrate();
    new DynamoPipeline(
            fixture.definition("flights", List.of(new KeyIndex("by-site", "site", null)), null),
            fixture.writerEnvironment("pod"),
            former.definition.schema(),
            LoadMode.UPSERT)
        .migrate();
    try (var writer = former.writer()) {
      DynamoPipeline.claim(writer);
      var batch = writer.newBatch();
      assertThatThrownBy(() -> former.add(batch, 0, "{\"id\":1,\"site\":\"\"}"))
          .isInstanceOf(BadRecordException.class)
          .hasMessageContaining("no empty text");
      former.add(batch, 1, "{\"id\":2,\"site\":\"roof\"}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {Attributes.GENERATION, Attributes.FENCE})
  void anItemThatLacksItsOriginIsOlderThanEveryRecord(String attribute) throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.UPSERT);
    load(pipeline);
    takeAway(pipeline, attribute);
    assertThat(sendBack(pipeline, 5)).isEqualTo(new WriteResult.Stored(1, 0, 0));
    assertThat(names(pipeline)).containsExactly("sent back");
  }

  @Test
  void aRecordThatIsReadAgainLeavesAnItemThatLacksItsFence() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    load(pipeline);
    takeAway(pipeline, Attributes.FENCE);
    assertThat(sendBack(pipeline, 0)).isEqualTo(new WriteResult.Stored(0, 1, 0));
    assertThat(names(pipeline)).containsExactly("stored");
  }

  /** As when one dead letter is sent back twice. */
  @Test
  void aRecordThatABatchHoldsTwiceIsStoredOnce() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.APPEND);
    load(pipeline);
    try (var writer = pipeline.writer()) {
      var batch = writer.newBatch();
      for (var place = 10; place < 12; place++) {
        pipeline.add(
            batch,
            new Arrival().from(1, 0, 5).redrivenTo(1, place),
            "{\"id\":2,\"name\":\"sent back\"}");
      }
      assertThat(
              writer.write(batch, DynamoPipeline.advance(DynamoPipeline.claim(writer), 12), OPEN))
          .isEqualTo(new WriteResult.Stored(1, 1, 0));
    }
    assertThat(names(pipeline)).containsExactlyInAnyOrder("stored", "sent back");
  }

  @Test
  void housekeepingPassesOverWhatLooksLikeADeletion() throws Exception {
    var pipeline = new DynamoPipeline(fixture, LoadMode.UPSERT);
    load(pipeline);
    var table = pipeline.names().data();
    fixture
        .client()
        .putItem(
            put ->
                put.tableName(table)
                    .item(
                        Map.of(
                            Attributes.HASH,
                            Attributes.text("somebody's"),
                            Attributes.BUCKET,
                            Attributes.text("0"),
                            Attributes.DELETED,
                            Attributes.number(1))));
    var environment = new HashMap<>(fixture.writerEnvironment("pod"));
    environment.put(RuntimeVariable.ACEQUIA_DELETIONS_KEPT.name(), "P30D");
    try (var housekeeping =
        new ForgottenDeletions(
            (StoreDefinition.DynamoDb) pipeline.definition.store(),
            environment,
            Clock.systemUTC())) {
      housekeeping.work();
    }
    assertThat(fixture.client().scan(scan -> scan.tableName(table)).items()).hasSize(2);
  }
}
