package dev.acequia.stores.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Capacity;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.testkit.Pipelines;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;

/** Tables while they are changed: what is done in which order, what ends in between, who comes. */
class TableChangesIT {
  private static final UUID TOPIC = UUID.randomUUID();
  private static final Field STATUS = new Field("status", FieldType.STRING, true, null);
  private static final KeyIndex BY_STATUS = new KeyIndex("by-status", "status", null);
  private static final KeyIndex BY_STATUS_ID = new KeyIndex("by-status-id", "status", "id");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final DynamoFixture fixture = new DynamoFixture();
  private final AtomicBoolean first = new AtomicBoolean(true);
  private final WatchedClient watched = new WatchedClient(fixture.client());

  @AfterEach
  void close() {
    fixture.close();
  }

  private StoreDefinition.DynamoDb store(KeyIndex... indexes) {
    return fixture.definition("flights", List.of(indexes), null);
  }

  private StoreDefinition.DynamoDb store(
      boolean create, @Nullable Capacity capacity, KeyIndex... indexes) {
    var made = store(indexes);
    return new StoreDefinition.DynamoDb(
        made.table(), made.region(), made.endpoint(), made.indexes(), null, create, capacity);
  }

  private static PipelineDefinition definition(
      StoreDefinition.DynamoDb store, UUID topic, Field... fields) {
    return Pipelines.definition(
        store, Pipelines.schema(List.of("id"), fields), LoadMode.UPSERT, topic, 1, null);
  }

  private DynamoMigration migration(
      PipelineDefinition definition, Map<String, String> more, WatchedClient client) {
    var environment = new HashMap<>(fixture.migrationEnvironment());
    environment.putAll(more);
    return new DynamoMigration(
        definition, (StoreDefinition.DynamoDb) definition.store(), environment, client.client());
  }

  private DynamoMigration migration(StoreDefinition.DynamoDb store) {
    return migration(definition(store, TOPIC, DynamoPipeline.ID, STATUS), Map.of(), watched);
  }

  private void migrate(StoreDefinition.DynamoDb store) throws Exception {
    migration(store).migrate(Pipelines.log(TOPIC, 1, 0, 100));
  }

  private void migrate(StoreDefinition.DynamoDb store, WatchedClient client, String version)
      throws Exception {
    migration(
            definition(store, TOPIC, DynamoPipeline.ID, STATUS),
            DynamoPipeline.owner("one", version),
            client)
        .migrate(Pipelines.log(TOPIC, 1, 0, 100));
  }

  private Termination refused(StoreDefinition.DynamoDb store) {
    return catchThrowableOfType(TerminationException.class, () -> migrate(store)).termination();
  }

  private TableDescription table(String name) {
    return fixture.client().describeTable(request -> request.tableName(name)).table();
  }

  private TableDescription table() {
    return table(store().table());
  }

  private String second() {
    return TableNames.of(store()).second();
  }

  private List<String> indexes() {
    return table().globalSecondaryIndexes().stream()
        .map(GlobalSecondaryIndexDescription::indexName)
        .filter(name -> !name.equals(Attributes.DELETIONS))
        .sorted()
        .toList();
  }

  private boolean isThere(String name) {
    try {
      table(name);
      return true;
    } catch (ResourceNotFoundException e) {
      return false;
    }
  }

  /** What each change of a table was for. */
  private static List<String> changes(WatchedClient client) {
    return client.calls(UpdateTableRequest.class).stream()
        .map(
            call -> {
              if (call.billingMode() != null) {
                return "billing";
              }
              var update = call.globalSecondaryIndexUpdates().getFirst();
              return update.create() == null
                  ? "drop " + update.delete().indexName()
                  : "add " + update.create().indexName();
            })
        .toList();
  }

  private static ResourceInUseException inUse() {
    return ResourceInUseException.builder().message("by the test").build();
  }

  @Test
  void leavesATableOfSomebodyElseAsItIs() {
    fixture
        .client()
        .createTable(
            request ->
                request
                    .tableName(second())
                    .billingMode(BillingMode.PROVISIONED)
                    .provisionedThroughput(TableShape.throughput(new Capacity(5, 5)))
                    .keySchema(
                        KeySchemaElement.builder()
                            .attributeName("id")
                            .keyType(KeyType.HASH)
                            .build())
                    .attributeDefinitions(
                        AttributeDefinition.builder()
                            .attributeName("id")
                            .attributeType(ScalarAttributeType.S)
                            .build()));
    assertThat(refused(store()).reason()).isEqualTo(Termination.Reason.NameTaken);
    assertThat(table(second()).billingModeSummary().billingMode())
        .isEqualTo(BillingMode.PROVISIONED);
    assertThat(
            fixture
                .client()
                .describeTimeToLive(request -> request.tableName(second()))
                .timeToLiveDescription()
                .timeToLiveStatus())
        .isEqualTo(TimeToLiveStatus.DISABLED);
    assertThat(isThere(store().table())).isFalse();
  }

  @Test
  void changesNoTableForATopicThatIsNotItsOwn() throws Exception {
    migrate(store());
    var other = UUID.randomUUID();
    assertThatThrownBy(
            () ->
                migration(
                        definition(store(BY_STATUS), other, DynamoPipeline.ID, STATUS),
                        Map.of(),
                        watched)
                    .migrate(Pipelines.log(other, 1, 0, 100)))
        .isInstanceOfSatisfying(
            TerminationException.class,
            e -> assertThat(e.termination().reason()).isEqualTo(Termination.Reason.TopicRecreated));
    assertThat(indexes()).isEmpty();
  }

  @Test
  void dropsAnIndexOfAMigrationThatDidNotEnd() throws Exception {
    migrate(store());
    watched.answering(
        (request, count) -> {
          if (request instanceof TransactWriteItemsRequest && !indexes().isEmpty()) {
            throw SdkClientException.create("by the test");
          }
          return null;
        });
    assertThatThrownBy(() -> migrate(store(BY_STATUS)))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(indexes()).containsExactly("by-status");
    watched.answering((request, count) -> null);
    migrate(store());
    assertThat(indexes()).isEmpty();
  }

  @Test
  void stopsBetweenTwoChangesWhenANewerMigrationHasCome() throws Exception {
    migrate(store(BY_STATUS, BY_STATUS_ID), watched, "a/1");
    var older = new WatchedClient(fixture.client());
    older.answering(
        (request, count) -> {
          if (request instanceof DescribeTableRequest && changes(older).size() == 1 && isFirst()) {
            migrate(store(BY_STATUS, BY_STATUS_ID), new WatchedClient(fixture.client()), "a/3");
          }
          return null;
        });
    assertThatThrownBy(() -> migrate(store(), older, "a/2"))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageContaining("A newer migration");
    assertThat(changes(older)).hasSize(1);
    assertThat(indexes()).containsExactly("by-status", "by-status-id");
  }

  /** Whether it is asked for the first time. */
  private boolean isFirst() {
    return first.getAndSet(false);
  }

  @Test
  void repeatsAChangeThatWasRefusedOrIsNotSeen() throws Exception {
    migrate(store());
    watched.answering(
        (request, count) -> {
          if (request instanceof UpdateTableRequest && isFirst()) {
            throw inUse();
          }
          return null;
        });
    migrate(store(BY_STATUS));
    assertThat(indexes()).containsExactly("by-status");
    var before = table();
    var isStale = new AtomicBoolean(true);
    watched.answering(
        (request, count) ->
            request instanceof DescribeTableRequest
                    && changes(watched).contains("add by-status-id")
                    && isStale.getAndSet(false)
                ? DescribeTableResponse.builder().table(before).build()
                : null);
    migrate(store(BY_STATUS, BY_STATUS_ID));
    assertThat(indexes()).containsExactly("by-status", "by-status-id");
    assertThat(changes(watched)).containsOnlyOnce("add by-status-id");
  }

  @Test
  void addsAnIndexBeforeItDropsAnother() throws Exception {
    migrate(store(BY_STATUS));
    migrate(store(BY_STATUS_ID));
    assertThat(changes(watched)).containsExactly("add by-status-id", "drop by-status");
    assertThat(indexes()).containsExactly("by-status-id");
  }

  @Test
  void refusesAnIndexOfTheSameNameWithOtherKeys() throws Exception {
    migrate(store(BY_STATUS));
    var refusal = refused(store(new KeyIndex("by-status", "status", "id")));
    assertThat(refusal.reason()).isEqualTo(Termination.Reason.SchemaChangeRefused);
    assertThat(refusal.message()).contains("by-status").contains("another name");
    assertThat(indexes()).containsExactly("by-status");
    assertThat(changes(watched)).isEmpty();
  }

  @Test
  void changesTheCapacityBeforeItAddsAnIndex() throws Exception {
    migrate(store());
    migrate(store(true, new Capacity(5, 7), BY_STATUS));
    assertThat(changes(watched)).containsExactly("billing", "add by-status");
    assertCapacity(5, 7);
    migrate(store(BY_STATUS, BY_STATUS_ID));
    assertThat(table().billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
    assertThat(indexes()).containsExactly("by-status", "by-status-id");
  }

  private void assertCapacity(long read, long write) {
    assertThat(table().provisionedThroughput().readCapacityUnits()).isEqualTo(read);
    assertThat(table().provisionedThroughput().writeCapacityUnits()).isEqualTo(write);
    assertThat(table().globalSecondaryIndexes())
        .hasSize(2)
        .allSatisfy(
            index -> {
              assertThat(index.provisionedThroughput().readCapacityUnits()).isEqualTo(read);
              assertThat(index.provisionedThroughput().writeCapacityUnits()).isEqualTo(write);
            });
  }

  @Test
  void raisesTableAndIndexesTogetherAndLeavesAPersonsCapacity() throws Exception {
    migrate(store(true, new Capacity(5, 7), BY_STATUS));
    assertCapacity(5, 7);
    migrate(store(true, new Capacity(9, 11), BY_STATUS));
    assertThat(changes(watched)).containsExactly("billing");
    assertCapacity(9, 11);
    fixture
        .client()
        .updateTable(
            request ->
                request
                    .tableName(store().table())
                    .provisionedThroughput(
                        ProvisionedThroughput.builder()
                            .readCapacityUnits(50L)
                            .writeCapacityUnits(60L)
                            .build()));
    migrate(store(true, new Capacity(9, 11), BY_STATUS));
    assertThat(table().provisionedThroughput().readCapacityUnits()).isEqualTo(50);
  }

  @Test
  void deletesATableThatIsBeingChangedWhenThatEnds() throws Exception {
    migrate(store());
    watched.answering(
        (request, count) -> {
          if (request instanceof DeleteTableRequest && count == 1) {
            throw inUse();
          }
          return null;
        });
    migration(store()).drop();
    assertThat(isThere(store().table())).isFalse();
    assertThat(isThere(second())).isFalse();
  }

  @Test
  void deletesWhatAFirstMigrationDidNotEndToMake() throws Exception {
    watched.answering(
        (request, count) -> {
          if (request instanceof ScanRequest && count == 1) {
            throw SdkClientException.create("by the test");
          }
          return null;
        });
    assertThatThrownBy(() -> migrate(store())).isInstanceOf(StoreUnavailableException.class);
    assertThat(isThere(store().table())).isTrue();
    fixture
        .client()
        .putItem(
            put ->
                put.tableName(store().table())
                    .item(Map.of(Attributes.HASH, AttributeValue.fromS("of somebody else"))));
    assertThatThrownBy(() -> migration(store()).drop())
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("it stays");
    fixture
        .client()
        .deleteItem(
            delete ->
                delete
                    .tableName(store().table())
                    .key(Map.of(Attributes.HASH, AttributeValue.fromS("of somebody else"))));
    migration(store()).drop();
    assertThat(isThere(store().table())).isFalse();
    assertThat(isThere(second())).isFalse();
  }

  @Test
  void isHandedOverByTheCommandThatItNames() throws Exception {
    migrate(store(), watched, "a/1");
    var other =
        migration(
            definition(store(), TOPIC, DynamoPipeline.ID, STATUS),
            DynamoPipeline.owner("two", "b/1"),
            watched);
    var message =
        catchThrowableOfType(
                TerminationException.class, () -> other.migrate(Pipelines.log(TOPIC, 1, 0, 100)))
            .termination()
            .message();
    assertThat(message)
        .contains("aws dynamodb update-item --table-name " + second())
        .contains("--region " + store().region())
        .contains("--endpoint-url " + store().endpoint());
    fixture
        .client()
        .updateItem(
            update ->
                update
                    .tableName(second())
                    .key(values(option(message, "key")))
                    .updateExpression(option(message, "update-expression"))
                    .expressionAttributeNames(
                        json(option(message, "expression-attribute-names")).properties().stream()
                            .collect(
                                Collectors.toMap(
                                    Map.Entry::getKey, name -> name.getValue().asText())))
                    .expressionAttributeValues(
                        values(option(message, "expression-attribute-values"))));
    other.migrate(Pipelines.log(TOPIC, 1, 0, 100));
  }

  private static String option(String command, String name) {
    var found = Pattern.compile("--" + name + " '([^']*)'").matcher(command);
    assertThat(found.find()).as(name).isTrue();
    return found.group(1);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new AssertionError(text, e);
    }
  }

  private static Map<String, AttributeValue> values(String text) {
    return json(text).properties().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                value ->
                    value.getValue().has("N")
                        ? AttributeValue.fromN(value.getValue().get("N").asText())
                        : AttributeValue.fromS(value.getValue().get("S").asText())));
  }

  @Test
  void believesThatATableIsGoneOnlyAfterSomeLooks() throws Exception {
    migrate(store());
    var before = new SecondTable(fixture.client(), TableNames.of(store())).state();
    var table = store().table();
    watched.answering(
        (request, count) -> {
          if (request instanceof DescribeTableRequest describe
              && describe.tableName().equals(table)
              && isFirst()) {
            throw ResourceNotFoundException.builder().message("by the test").build();
          }
          return null;
        });
    migrate(store());
    assertThat(new SecondTable(fixture.client(), TableNames.of(store())).state()).isEqualTo(before);
  }

  @Test
  void comparesTheProjectionOfAnIndex() throws Exception {
    migrate(store());
    fixture
        .client()
        .updateTable(
            request ->
                request
                    .tableName(store().table())
                    .attributeDefinitions(
                        TableShape.ofRecords(
                                definition(store(BY_STATUS), TOPIC, DynamoPipeline.ID, STATUS),
                                store(BY_STATUS))
                            .attributes())
                    .globalSecondaryIndexUpdates(
                        update ->
                            update.create(
                                create ->
                                    create
                                        .indexName("by-status")
                                        .keySchema(
                                            KeySchemaElement.builder()
                                                .attributeName("status")
                                                .keyType(KeyType.HASH)
                                                .build())
                                        .projection(
                                            one -> one.projectionType(ProjectionType.KEYS_ONLY)))));
    assertThat(refused(store(false, null, BY_STATUS)).message())
        .contains("by-status")
        .contains("projection ALL");
    assertThat(refused(store(BY_STATUS)).message()).contains("another projection");
  }

  @Test
  void namesAllThatBothTablesOfAPersonLack() {
    assertThat(refused(store(false, null, BY_STATUS)).message())
        .contains("create " + store().table() + " with partition key _hash (S)")
        .contains("create " + second() + " with partition key _hash (S), and time to live");
  }

  @Test
  void refusesAnIndexOfTimestampsWhereDatesAreStored() throws Exception {
    var day = new Field("day", FieldType.DATE, true, null);
    var time = new Field("day", FieldType.TIMESTAMP, true, null);
    migration(definition(store(), TOPIC, DynamoPipeline.ID, day), Map.of(), watched)
        .migrate(Pipelines.log(TOPIC, 1, 0, 100));
    migration(definition(store(), TOPIC, DynamoPipeline.ID, time), Map.of(), watched)
        .migrate(Pipelines.log(TOPIC, 1, 0, 100));
    var indexed = store(new KeyIndex("by-day", "day", null));
    assertThatThrownBy(
            () ->
                migration(definition(indexed, TOPIC, DynamoPipeline.ID, time), Map.of(), watched)
                    .migrate(Pipelines.log(TOPIC, 1, 0, 100)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("'day' was a date once");
  }

  @Test
  void saysWhenOnlyAPersonCanBringATableBack() throws Exception {
    migrate(store());
    watched.answering(
        (request, count) ->
            request instanceof DescribeTableRequest
                ? DescribeTableResponse.builder()
                    .table(
                        table().toBuilder()
                            .tableStatus(TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS)
                            .build())
                    .build()
                : null);
    assertThatThrownBy(() -> migrate(store()))
        .isInstanceOf(StoreRefusedException.class)
        .hasMessageContaining("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
  }

  @Test
  void refusesMorePartitionsThanItsItemsHaveRoomFor() {
    var partitions = 301;
    var definition =
        Pipelines.definition(
            store(),
            Pipelines.schema(List.of("id"), DynamoPipeline.ID, STATUS),
            LoadMode.UPSERT,
            TOPIC,
            partitions,
            null);
    assertThatThrownBy(
            () ->
                migration(definition, Map.of(), watched)
                    .migrate(Pipelines.log(TOPIC, partitions, 0, 100)))
        .isInstanceOf(TerminationException.class)
        .hasMessageContaining("room for 300");
    assertThat(isThere(second())).isFalse();
  }
}
