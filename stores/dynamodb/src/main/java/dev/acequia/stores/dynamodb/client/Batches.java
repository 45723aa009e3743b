package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Reads and writes of many items. What the service leaves undone of a call for want of capacity, it
 * gets again after a pause.
 */
public final class Batches {
  /** Calls in a row of which nothing was done. */
  private static final int ATTEMPTS = 10;

  private final DynamoDbClient client;
  private final Pace pace;

  public Batches(DynamoDbClient client, Pace pace) {
    this.client = client;
    this.pace = pace;
  }

  /**
   * Reads the items that are there of some keys, strongly consistent and in no order.
   *
   * @param keys without repetitions
   */
  public List<Map<String, AttributeValue>> get(String table, List<Map<String, AttributeValue>> keys)
      throws StoreUnavailableException {
    var found = Collections.synchronizedList(new ArrayList<Map<String, AttributeValue>>());
    new Calls(pace)
        .forEach(
            pieces(keys, ServiceLimits.KEYS_OF_A_READ),
            piece -> {
              var left = piece;
              for (var attempt = 1; !left.isEmpty(); attempt++) {
                var request =
                    BatchGetItemRequest.builder()
                        .requestItems(
                            Map.of(
                                table,
                                KeysAndAttributes.builder()
                                    .keys(left)
                                    .consistentRead(true)
                                    .build()))
                        .build();
                var answer = DynamoFailure.of(() -> client.batchGetItem(request));
                found.addAll(answer.responses().getOrDefault(table, List.of()));
                var undone = answer.unprocessedKeys().get(table);
                left = again(left, undone == null ? List.of() : undone.keys(), attempt);
              }
            });
    return found;
  }

  /** Puts items, whatever is there. */
  public void put(String table, List<Map<String, AttributeValue>> items)
      throws StoreUnavailableException {
    var writes =
        items.stream()
            .map(
                item ->
                    WriteRequest.builder()
                        .putRequest(PutRequest.builder().item(item).build())
                        .build())
            .toList();
    new Calls(pace)
        .forEach(
            pieces(writes, ServiceLimits.ITEMS_OF_A_WRITE),
            piece -> {
              var left = piece;
              for (var attempt = 1; !left.isEmpty(); attempt++) {
                var request =
                    BatchWriteItemRequest.builder().requestItems(Map.of(table, left)).build();
                var answer = DynamoFailure.of(() -> client.batchWriteItem(request));
                left =
                    again(left, answer.unprocessedItems().getOrDefault(table, List.of()), attempt);
              }
            });
  }

  /** What is left to do, after a pause. */
  private <T> List<T> again(List<T> sent, List<T> undone, int attempt)
      throws StoreUnavailableException {
    if (undone.isEmpty()) {
      return undone;
    }
    pace.throttled();
    if (undone.size() == sent.size() && attempt >= ATTEMPTS) {
      throw new StoreUnavailableException(
          "DynamoDB has no capacity: it left %d calls in a row undone".formatted(attempt));
    }
    try {
      Thread.sleep(Clients.pauses().computeDelay(attempt));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
    return undone;
  }

  private static <T> List<List<T>> pieces(List<T> all, int size) {
    var pieces = new ArrayList<List<T>>();
    for (var from = 0; from < all.size(); from += size) {
      pieces.add(all.subList(from, Math.min(from + size, all.size())));
    }
    return pieces;
  }
}
