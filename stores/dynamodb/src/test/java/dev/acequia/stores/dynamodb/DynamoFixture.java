package dev.acequia.stores.dynamodb;

import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.DynamoDbServer;
import dev.acequia.servers.Ephemeral;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.testkit.StoreFixture;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Tables of one test's own on a server that all share. */
final class DynamoFixture implements StoreFixture {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          RuntimeVariable.STORE_ACCESS_KEY_ID.name(),
          "someone",
          RuntimeVariable.STORE_SECRET_ACCESS_KEY.name(),
          "somebody's word");

  private final String name = "test-" + COUNT.incrementAndGet();
  private final String endpoint;
  private final DynamoDbClient client;

  private static final class Server {
    static final DynamoDbServer SHARED =
        Ephemeral.server(DynamoDbServer.start(Ephemeral.folder("dynamodb-it")));
  }

  DynamoFixture() {
    this(server());
  }

  /** Tables whose pipelines go through another address. */
  DynamoFixture(String endpoint) {
    this.endpoint = endpoint;
    client = Clients.forWriting(at(server(), "any", List.of(), null), ENVIRONMENT, Clients.pace());
  }

  /** The address of the server that all share. */
  static String server() {
    return Server.SHARED.endpoint();
  }

  /** A client that goes to the server itself. */
  DynamoDbClient client() {
    return client;
  }

  private StoreDefinition.DynamoDb at(
      String address, String table, List<KeyIndex> indexes, @Nullable String ttlField) {
    return new StoreDefinition.DynamoDb(
        name + "." + table, DynamoDbServer.REGION, address, indexes, ttlField, true, null);
  }

  @Override
  public StoreDefinition.DynamoDb definition(String table) {
    return at(endpoint, table, List.of(), null);
  }

  /** The same, with indexes. */
  StoreDefinition.DynamoDb definition(
      String table, List<KeyIndex> indexes, @Nullable String ttlField) {
    return at(endpoint, table, indexes, ttlField);
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    return ENVIRONMENT;
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return ENVIRONMENT;
  }

  @Override
  public Map<String, String> readerEnvironment() {
    return ENVIRONMENT;
  }

  @Override
  public StoreReader whole(PipelineDefinition definition) {
    return new ScannedTable(client, definition);
  }

  @Override
  public int readsAtATime() {
    return 200;
  }

  /** Exactly, without trailing zeros. */
  @Override
  public Optional<BigDecimal> stored(BigDecimal decimal) {
    var shortest = decimal.signum() == 0 ? BigDecimal.ZERO : decimal.stripTrailingZeros();
    var exponent = shortest.precision() - shortest.scale() - 1;
    return shortest.precision() <= ServiceLimits.DIGITS
            && exponent >= ServiceLimits.LEAST_EXPONENT
            && exponent <= ServiceLimits.GREATEST_EXPONENT
        ? Optional.of(shortest.setScale(Math.max(0, shortest.scale())))
        : Optional.empty();
  }

  private static TableNames names(PipelineDefinition definition) {
    return TableNames.of((StoreDefinition.DynamoDb) definition.store());
  }

  private List<Map<String, AttributeValue>> items(String table) {
    return client.scanPaginator(scan -> scan.tableName(table).consistentRead(true)).items().stream()
        .toList();
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    age(names(definition).data(), Attributes.DELETED, by);
    age(names(definition).second(), MarkItem.AT, by);
  }

  private void age(String table, String attribute, Duration by) {
    for (var item : items(table)) {
      if (item.containsKey(attribute)) {
        client.updateItem(
            update ->
                update
                    .tableName(table)
                    .key(ItemKeys.of(item))
                    .updateExpression("SET #a = #a - :by")
                    .expressionAttributeNames(Map.of("#a", attribute))
                    .expressionAttributeValues(Map.of(":by", Attributes.number(by.toMillis()))));
      }
    }
  }

  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    var table = names(definition).data();
    for (var item : items(table)) {
      if (!item.containsKey(Attributes.DELETED) && ItemOrigin.of(item).offset() >= fromOffset) {
        client.deleteItem(delete -> delete.tableName(table).key(ItemKeys.of(item)));
      }
    }
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    client.deleteTable(delete -> delete.tableName(names(definition).data()));
  }

  @Override
  public void refill(PipelineDefinition definition) {
    try {
      dropTable(definition);
    } catch (ResourceNotFoundException isGone) {
      // As the migration found before.
    }
    client.updateItem(
        update ->
            update
                .tableName(names(definition).second())
                .key(SecondTable.key(Registry.ID))
                .updateExpression("REMOVE #t ADD #v :one")
                .expressionAttributeNames(Map.of("#t", Registry.TABLE, "#v", Registry.VERSION))
                .expressionAttributeValues(Map.of(":one", Attributes.number(1))));
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    return Optional.empty();
  }

  @Override
  public boolean cutConnections() {
    return false;
  }

  @Override
  public void close() {
    client.close();
  }
}
