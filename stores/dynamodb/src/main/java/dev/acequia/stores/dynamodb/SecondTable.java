package dev.acequia.stores.dynamodb;

import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.position.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * The table beside the records. Every change of it is made only if what it was derived from is
 * still there.
 */
final class SecondTable {
  private static final String CONFLICT = "ConditionalCheckFailed";
  private static final String AT_THE_SAME_TIME = "TransactionConflict";

  private final DynamoDbClient client;
  private final String name;

  SecondTable(DynamoDbClient client, TableNames names) {
    this.client = client;
    name = names.second();
  }

  String name() {
    return name;
  }

  /** The key of an item. */
  static Map<String, AttributeValue> key(String id) {
    return Map.of(Attributes.HASH, Attributes.text(id));
  }

  /** An item as it is now; empty when there is none. */
  Optional<Map<String, AttributeValue>> find(String id) throws StoreUnavailableException {
    var request =
        GetItemRequest.builder().tableName(name).key(key(id)).consistentRead(true).build();
    var answer = DynamoFailure.of(() -> client.getItem(request));
    return answer.hasItem() && !answer.item().isEmpty()
        ? Optional.of(answer.item())
        : Optional.empty();
  }

  /** The positions; empty when the migration has not made them. */
  Optional<LoadState> state() throws StoreUnavailableException {
    return find(LoadState.ID).map(LoadState::parse);
  }

  /** What is known of the table; that of none when nothing is written yet. */
  Registry registry() throws StoreUnavailableException {
    return find(Registry.ID).map(Registry::parse).orElseGet(Registry::new);
  }

  /**
   * Changes positions if they are as they were.
   *
   * @return false when one is not, or the table has another schema
   */
  boolean change(LoadState former, SortedMap<Integer, Position> changed)
      throws StoreUnavailableException {
    var partitions = List.copyOf(changed.keySet());
    for (var from = 0; from < partitions.size(); from += ServiceLimits.PARTITIONS_OF_AN_UPDATE) {
      var to = Math.min(from + ServiceLimits.PARTITIONS_OF_AN_UPDATE, partitions.size());
      var last = partitions.get(to - 1);
      if (!changeSome(former, changed.subMap(partitions.get(from), last + 1))) {
        return false;
      }
    }
    return true;
  }

  private boolean changeSome(LoadState former, SortedMap<Integer, Position> changed)
      throws StoreUnavailableException {
    var change = new PositionsUpdate(former, changed);
    var request =
        UpdateItemRequest.builder()
            .tableName(name)
            .key(key(LoadState.ID))
            .updateExpression(change.update())
            .conditionExpression(change.condition())
            .expressionAttributeNames(change.names())
            .expressionAttributeValues(change.values())
            .build();
    return DynamoFailure.of(
        () -> {
          try {
            client.updateItem(request);
            return true;
          } catch (ConditionalCheckFailedException e) {
            return false;
          }
        });
  }

  /** The id of a replay that a partition was rewound for. */
  private static String replayId(LoadState state, int partition, UUID replay) {
    return "%d#replay#%d#%s".formatted(state.fill(), partition, replay);
  }

  boolean knowsReplay(LoadState state, int partition, UUID replay)
      throws StoreUnavailableException {
    return find(replayId(state, partition, replay)).isPresent();
  }

  /**
   * Changes a position if it is as it was, and notes replays with it.
   *
   * @return false when it is not, or another writes to the positions just now
   */
  boolean rewind(LoadState former, int partition, Position rewound, List<UUID> replays)
      throws StoreUnavailableException {
    var changed = new TreeMap<>(Map.of(partition, rewound));
    var change = new PositionsUpdate(former, changed);
    var actions = new ArrayList<TransactWriteItem>();
    actions.add(
        TransactWriteItem.builder()
            .update(
                Update.builder()
                    .tableName(name)
                    .key(key(LoadState.ID))
                    .updateExpression(change.update())
                    .conditionExpression(change.condition())
                    .expressionAttributeNames(change.names())
                    .expressionAttributeValues(change.values())
                    .build())
            .build());
    for (var replay : replays) {
      actions.add(
          TransactWriteItem.builder()
              .put(
                  Put.builder()
                      .tableName(name)
                      .item(key(replayId(former, partition, replay)))
                      .build())
              .build());
    }
    return transact(actions);
  }

  /**
   * Writes the registry.
   *
   * @return false when another has written meanwhile
   */
  boolean save(Registry former, Registry registry) throws StoreUnavailableException {
    return transact(List.of(put(former, registry)));
  }

  private TransactWriteItem put(Registry former, Registry registry) {
    return put(
        Registry.ID, registry.withVersion(former.version() + 1).attributes(), former.version());
  }

  /**
   * Writes registry and positions together.
   *
   * @param former the registry that the new one was derived from
   * @param formerState null where there were no positions
   * @param state null to remove the positions
   * @return false when another has written meanwhile
   */
  boolean save(
      Registry former,
      Registry registry,
      @Nullable LoadState formerState,
      @Nullable LoadState state)
      throws StoreUnavailableException {
    var actions = new ArrayList<TransactWriteItem>();
    actions.add(put(former, registry));
    var version = formerState == null ? 0 : formerState.version();
    if (state != null) {
      var next = new LoadState(version + 1, state.fill(), state.schemaHash(), state.positions());
      actions.add(put(LoadState.ID, next.attributes(), version));
    } else if (formerState != null) {
      actions.add(
          TransactWriteItem.builder()
              .delete(
                  Delete.builder()
                      .tableName(name)
                      .key(key(LoadState.ID))
                      .conditionExpression("#v = :v")
                      .expressionAttributeNames(Map.of("#v", LoadState.VERSION))
                      .expressionAttributeValues(Map.of(":v", Attributes.number(version)))
                      .build())
              .build());
    }
    return transact(actions);
  }

  /** Writes an item if it has a version; 0 if there is none. */
  private TransactWriteItem put(
      String id, Map<String, AttributeValue> attributes, long formerVersion) {
    var item = new HashMap<>(attributes);
    item.putAll(key(id));
    var put =
        Put.builder()
            .tableName(name)
            .item(item)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.NONE);
    return TransactWriteItem.builder()
        .put(
            formerVersion == 0
                ? put.conditionExpression("attribute_not_exists(#h)")
                    .expressionAttributeNames(Map.of("#h", Attributes.HASH))
                    .build()
                : put.conditionExpression("#v = :v")
                    .expressionAttributeNames(Map.of("#v", Registry.VERSION))
                    .expressionAttributeValues(Map.of(":v", Attributes.number(formerVersion)))
                    .build())
        .build();
  }

  private boolean transact(List<TransactWriteItem> actions) throws StoreUnavailableException {
    var request = TransactWriteItemsRequest.builder().transactItems(actions).build();
    return DynamoFailure.of(
        () -> {
          try {
            client.transactWriteItems(request);
            return true;
          } catch (TransactionCanceledException e) {
            if (e.cancellationReasons().stream()
                .anyMatch(
                    reason ->
                        CONFLICT.equals(reason.code()) || AT_THE_SAME_TIME.equals(reason.code()))) {
              return false;
            }
            throw e;
          }
        });
  }
}
