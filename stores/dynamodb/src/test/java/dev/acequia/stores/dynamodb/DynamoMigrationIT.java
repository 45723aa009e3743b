package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.testkit.Pipelines;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** Tables, and what a migration does to those that are there. */
class DynamoMigrationIT {
  private static final Field STATUS = new Field("status", FieldType.STRING, true, null);
  private static final KeyIndex BY_STATUS = new KeyIndex("by-status", "status", null);

  private final DynamoFixture fixture = new DynamoFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private DynamoPipeline pipeline(StoreDefinition.DynamoDb store) {
    return pipeline(store, LoadMode.UPSERT, Map.of());
  }

  private DynamoPipeline pipeline(
      StoreDefinition.DynamoDb store, LoadMode mode, Map<String, String> more) {
    var environment = new HashMap<>(fixture.migrationEnvironment());
    environment.putAll(more);
    return new DynamoPipeline(
        store, environment, Pipelines.schema(List.of("id"), DynamoPipeline.ID, STATUS), mode);
  }

  private StoreDefinition.DynamoDb store(KeyIndex... indexes) {
    return fixture.definition("flights", List.of(indexes), null);
  }

  private TableDescription table(StoreDefinition.DynamoDb store) {
    return fixture.client().describeTable(request -> request.tableName(store.table())).table();
  }

  private List<String> indexes(StoreDefinition.DynamoDb store) {
    return table(store).globalSecondaryIndexes().stream()
        .map(GlobalSecondaryIndexDescription::indexName)
        .sorted()
        .toList();
  }

  private static Termination refused(DynamoPipeline pipeline) {
    return catchThrowableOfType(TerminationException.class, pipeline::migrate).termination();
  }

  @Test
  void addsAndDropsIndexesOfATableThatIsThere() throws Exception {
    pipeline(store()).migrate();
    assertThat(indexes(store())).containsExactly(Attributes.DELETIONS);
    pipeline(store(BY_STATUS)).migrate();
    assertThat(indexes(store())).containsExactly(Attributes.DELETIONS, "by-status");
    pipeline(store()).migrate();
    assertThat(indexes(store())).containsExactly(Attributes.DELETIONS);
  }

  @Test
  void changesTheCapacity() throws Exception {
    pipeline(store()).migrate();
    var free = store();
    var paid =
        new StoreDefinition.DynamoDb(
            free.table(),
            free.region(),
            free.endpoint(),
            List.of(),
            null,
            true,
            new Capacity(5, 7));
    pipeline(paid).migrate();
    assertThat(table(free).billingModeSummary().billingMode()).isEqualTo(BillingMode.PROVISIONED);
    assertThat(table(free).provisionedThroughput().writeCapacityUnits()).isEqualTo(7);
    pipeline(free).migrate();
    assertThat(table(free).billingModeSummary().billingMode())
        .isEqualTo(BillingMode.PAY_PER_REQUEST);
  }

  private StoreDefinition.DynamoDb readyMade(KeyIndex... indexes) {
    var made = store(indexes);
    return new StoreDefinition.DynamoDb(
        made.table(), made.region(), made.endpoint(), made.indexes(), null, false, null);
  }

  @Test
  void explainsWhatTablesOfAPersonLack() throws Exception {
    assertThat(refused(pipeline(readyMade())).message())
        .contains("_acequia with partition key _hash (S)");
    pipeline(store()).migrate();
    pipeline(readyMade()).migrate();
    assertThat(refused(pipeline(readyMade(BY_STATUS))).message())
        .contains("needs the global secondary index by-status with partition key status (S)")
        .contains("projection ALL");
    assertThatThrownBy(
            () ->
                StoreMigration.open(
                        pipeline(readyMade()).definition, fixture.migrationEnvironment())
                    .drop())
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("Delete them by hand");
    assertThat(indexes(store())).containsExactly(Attributes.DELETIONS);
  }

  @Test
  void fillsNoTableThatSomebodyElseHasFilled() throws Exception {
    pipeline(store()).migrate();
    fixture
        .client()
        .putItem(
            put ->
                put.tableName(store().table())
                    .item(Map.of(Attributes.HASH, AttributeValue.fromS("of somebody else"))));
    fixture.client().deleteTable(delete -> delete.tableName(TableNames.of(store()).second()));
    var refusal = refused(pipeline(store()));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refusal.message()).contains("this pipeline has not filled it");
  }

  @Test
  void refusesATableThatWasMadeAgain() throws Exception {
    pipeline(store(), LoadMode.APPEND, Map.of()).migrate();
    var shape =
        TableShape.ofRecords(pipeline(store(), LoadMode.APPEND, Map.of()).definition, store());
    fixture.client().deleteTable(delete -> delete.tableName(store().table()));
    fixture.client().createTable(shape.creation());
    var refusal = refused(pipeline(store(), LoadMode.APPEND, Map.of()));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(refusal.message())
        .contains("aws dynamodb update-item --table-name " + store().table() + "_acequia");
  }

  @Test
  void belongsToOnePipelineOfAllInstallations() throws Exception {
    pipeline(store(), LoadMode.UPSERT, DynamoPipeline.owner("one", "a/1")).migrate();
    assertThat(
            refused(pipeline(store(), LoadMode.UPSERT, DynamoPipeline.owner("other", "b/1")))
                .reason())
        .isEqualTo(Termination.Reason.NameTaken);
  }

  @Test
  void anOlderMigrationThatEndsLastChangesNothing() throws Exception {
    pipeline(store(BY_STATUS), LoadMode.UPSERT, DynamoPipeline.owner("one", "a/2")).migrate();
    assertThatThrownBy(
            () -> pipeline(store(), LoadMode.UPSERT, DynamoPipeline.owner("one", "a/1")).migrate())
        .hasMessageContaining("A newer migration");
    assertThat(indexes(store())).contains("by-status");
  }
}
