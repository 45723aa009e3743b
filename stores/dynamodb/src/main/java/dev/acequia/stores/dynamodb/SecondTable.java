package dev.acequia.stores.dynamodb;

import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.client.Pauses;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import dev.acequia.stores.position.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
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

  /** How the service says that an item would become too large. */
  private static final String TOO_LARGE = "Item size";

  /** Why a transaction is cancelled that is then sent again. */
  private static final Set<String> PASSING =
      Set.of("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded");

  /** Of one transaction. */
  private static final int ATTEMPTS = 10;

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
    for (var some : pieces(changed)) {
      if (!changeSome(former, some)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Moves positions on under the fences that they have, if they are as they were.
   *
   * @return false when one is not, or the table has another schema; others may be moved on then
   */
  boolean advance(LoadState former, SortedMap<Integer, Position> advanced)
      throws StoreUnavailableException {
    for (var some : pieces(advanced)) {
      if (!changeSome(former, some) && !areThere(former, some)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether positions were moved on before, and the answer was lost: a fence has one owner, so a
   * position with it is where that owner moved it.
   */
  private boolean areThere(LoadState former, SortedMap<Integer, Position> advanced)
      throws StoreUnavailableException {
    var now = state().orElse(null);
    return now != null
        && now.schemaHash().equals(former.schemaHash())
        && advanced.entrySet().stream()
            .allMatch(one -> one.getValue().equals(now.position(one.getKey())));
  }

  private static List<SortedMap<Integer, Position>> pieces(SortedMap<Integer, Position> all) {
    var partitions = List.copyOf(all.keySet());
    var pieces = new ArrayList<SortedMap<Integer, Position>>();
    for (var from = 0; from < partitions.size(); from += ServiceLimits.PARTITIONS_OF_AN_UPDATE) {
      var to = Math.min(from + ServiceLimits.PARTITIONS_OF_AN_UPDATE, partitions.size());
      pieces.add(all.subMap(partitions.get(from), partitions.get(to - 1) + 1));
    }
    return pieces;
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
    try {
      client.updateItem(request);
      return true;
    } catch (ConditionalCheckFailedException e) {
      return false;
    } catch (SdkException e) {
      throw failure(e, String.valueOf(e.getMessage()));
    }
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
   * @return false when it is not
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
      actions.add(put(LoadState.ID, state.after(formerState).attributes(), version));
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

  /** The failure of a change. Where an item is too large, it says why. */
  private StoreUnavailableException failure(SdkException e, String said) {
    var failure = DynamoFailure.of(e);
    return said.contains(TOO_LARGE)
        ? new StoreRefusedException(
            "The positions of all partitions are one item of the table %s, and the ledger of their generations is another. One has more than 400 KiB: the topic has too many partitions, or its log was cut too often. %s"
                .formatted(name, failure.getMessage()),
            e)
        : failure;
  }

  private boolean transact(List<TransactWriteItem> actions) throws StoreUnavailableException {
    var request = TransactWriteItemsRequest.builder().transactItems(actions).build();
    for (var attempt = 1; ; attempt++) {
      try {
        client.transactWriteItems(request);
        return true;
      } catch (TransactionCanceledException e) {
        var reasons = e.cancellationReasons().stream().map(CancellationReason::code).toList();
        if (reasons.contains(CONFLICT)) {
          return false;
        }
        if (attempt == ATTEMPTS || Collections.disjoint(reasons, PASSING)) {
          throw failure(e, e.cancellationReasons().toString());
        }
        Pauses.await(attempt);
      } catch (SdkException e) {
        throw failure(e, String.valueOf(e.getMessage()));
      }
    }
  }
}
