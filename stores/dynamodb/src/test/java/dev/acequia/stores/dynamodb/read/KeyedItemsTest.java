package dev.acequia.stores.dynamodb.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.testkit.Pipelines;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;

class KeyedItemsTest {
  private static final StoreDefinition.DynamoDb STORE =
      new StoreDefinition.DynamoDb("orders", "us-west-2", null, List.of(), null, true, null);

  private static final PipelineDefinition DEFINITION =
      Pipelines.definition(
          STORE,
          Pipelines.schema(List.of("id"), new Field("id", FieldType.INT64, true, null)),
          LoadMode.UPSERT,
          UUID.randomUUID(),
          1,
          null);

  private static final List<Literal> KEY = List.of(new Literal(FieldType.INT64, 7L));

  /** Answers each key with an item that has some more attributes. */
  private static final class Table implements DynamoDbClient {
    Map<String, AttributeValue> more = Map.of();

    @Override
    public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
      var items = new ArrayList<Map<String, AttributeValue>>();
      for (var key : request.requestItems().values().iterator().next().keys()) {
        var item = new HashMap<>(key);
        item.put("id", AttributeValue.fromN("7"));
        item.putAll(more);
        items.add(item);
      }
      return BatchGetItemResponse.builder().responses(Map.of("orders", items)).build();
    }

    @Override
    public String serviceName() {
      return "dynamodb";
    }

    @Override
    public void close() {}
  }

  private final Table table = new Table();
  private final KeyedItems items =
      new KeyedItems(
          DEFINITION,
          STORE,
          new Batches(table, Clients.pace()),
          Clock.fixed(Instant.ofEpochSecond(1_000), ZoneOffset.UTC));

  private int read() throws Exception {
    var found = new ArrayList<Integer>();
    items.read(List.of(KEY), (place, row) -> found.add(place));
    return found.size();
  }

  @Test
  void asksForFewKeysTogetherWhereItemsAreLarge() throws Exception {
    assertThat(items.keysAtOnce()).isEqualTo(KeyReads.MOST_KEYS);
    table.more = Map.of("text", AttributeValue.fromS("x".repeat(300 << 10)));
    read();
    assertThat(items.keysAtOnce()).isLessThanOrEqualTo(3);
    table.more = Map.of();
    read();
    assertThat(items.keysAtOnce()).as("soon after").isLessThanOrEqualTo(5);
    for (var i = 0; i < 30; i++) {
      read();
    }
    assertThat(items.keysAtOnce()).as("long after").isEqualTo(KeyReads.MOST_KEYS);
  }

  /** A person may have put items of any kind into the table. */
  @Test
  void readsItemsThatSomebodyElseWrote() throws Exception {
    table.more =
        Map.of(
            "tags", AttributeValue.fromSs(List.of("a", "b")),
            "more", AttributeValue.fromM(Map.of("x", AttributeValue.fromNul(true))));
    assertThat(read()).isEqualTo(1);
    table.more = Map.of("_expires", AttributeValue.fromS("never"));
    assertThat(read()).isZero();
    table.more = Map.of("_expires", AttributeValue.fromN("1000.5"));
    assertThat(read()).isEqualTo(1);
    assertThat(ItemKeys.isRecord(Map.of("_deleted", AttributeValue.fromS("")), 0)).isFalse();
  }
}
