package dev.acequia.stores.dynamodb.client;

import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Reads and writes of many items. What the service leaves undone of a call for lack of capacity, it
 * gets again after a pause.
 */
public final class Batches {
  private final DynamoDbClient client;
  private final Pace pace;
  private final Calls calls;
  private final Duration patience;
  private final boolean hasDeadline;

  /** Those of a load: they go on while a part of each call is done. */
  public Batches(DynamoDbClient client, Pace pace) {
    this(client, pace, new Calls(pace), Clients.WRITING.patience(), false);
  }

  private Batches(
      DynamoDbClient client, Pace pace, Calls calls, Duration patience, boolean hasDeadline) {
    this.client = client;
    this.pace = pace;
    this.calls = calls;
    this.patience = patience;
    this.hasDeadline = hasDeadline;
  }

  /** Those of a query: all of it is done within 10 s, or fails. */
  public static Batches forReading(DynamoDbClient client, Pace pace) {
    return within(Clients.READING.patience(), client, pace);
  }

  /** Those of a question whether the store answers: all of it is done within 3 s, or fails. */
  public static Batches forProbe(DynamoDbClient client, Pace pace) {
    return within(Clients.PROBE_PATIENCE, client, pace);
  }

  private static Batches within(Duration patience, DynamoDbClient client, Pace pace) {
    return new Batches(client, pace, new Calls(pace, Duration.ZERO), patience, true);
  }

  /**
   * Reads the items that are there of some keys, strongly consistent and in no order.
   *
   * @param keys without repetitions
   */
  public List<Map<String, AttributeValue>> get(String table, List<Map<String, AttributeValue>> keys)
      throws StoreUnavailableException {
    return get(table, keys, asked -> {});
  }

  /**
   * Reads some attributes of the items that are there of some keys.
   *
   * @param keys without repetitions
   */
  public List<Map<String, AttributeValue>> get(
      String table, List<Map<String, AttributeValue>> keys, List<String> attributes)
      throws StoreUnavailableException {
    var names = new TreeMap<String, String>();
    attributes.forEach(attribute -> names.put("#a" + names.size(), attribute));
    return get(
        table,
        keys,
        asked ->
            asked
                .projectionExpression(String.join(", ", names.keySet()))
                .expressionAttributeNames(names));
  }

  private List<Map<String, AttributeValue>> get(
      String table,
      List<Map<String, AttributeValue>> keys,
      Consumer<KeysAndAttributes.Builder> projection)
      throws StoreUnavailableException {
    var found = Collections.synchronizedList(new ArrayList<Map<String, AttributeValue>>());
    forEach(
        pieces(keys, ServiceLimits.KEYS_OF_A_READ),
        (piece, limit) -> {
          var asked = KeysAndAttributes.builder().keys(piece).consistentRead(true);
          projection.accept(asked);
          var request =
              BatchGetItemRequest.builder()
                  .requestItems(Map.of(table, asked.build()))
                  .overrideConfiguration(limit)
                  .build();
          var answer = DynamoFailure.of(() -> client.batchGetItem(request));
          found.addAll(answer.responses().getOrDefault(table, List.of()));
          var undone = answer.unprocessedKeys().get(table);
          return undone == null ? List.of() : undone.keys();
        });
    return found;
  }

  /** Puts items unconditionally. */
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
    forEach(
        pieces(writes, ServiceLimits.ITEMS_OF_A_WRITE),
        (piece, limit) -> {
          var request =
              BatchWriteItemRequest.builder()
                  .requestItems(Map.of(table, piece))
                  .overrideConfiguration(limit)
                  .build();
          return DynamoFailure.of(() -> client.batchWriteItem(request))
              .unprocessedItems()
              .getOrDefault(table, List.of());
        });
  }

  /** A call that answers what it left undone. */
  @FunctionalInterface
  private interface Part<T> {
    List<T> run(List<T> piece, AwsRequestOverrideConfiguration limit)
        throws StoreUnavailableException;
  }

  private <T> void forEach(List<Piece<T>> pieces, Part<T> part) throws StoreUnavailableException {
    var end = System.nanoTime() + patience.toNanos();
    calls.forEach(
        pieces,
        piece -> {
          var deadline = hasDeadline ? end : System.nanoTime() + patience.toNanos();
          for (var attempt = 1; ; attempt++) {
            var left = Math.max(1, deadline - System.nanoTime());
            var undone =
                part.run(
                    piece.left,
                    AwsRequestOverrideConfiguration.builder()
                        .apiCallTimeout(Duration.ofNanos(left))
                        .build());
            if (undone.isEmpty()) {
              return;
            }
            pace.throttled();
            if (!hasDeadline && undone.size() < piece.left.size()) {
              deadline = System.nanoTime() + patience.toNanos();
            }
            piece.left = undone;
            if (System.nanoTime() >= deadline) {
              throw new ThrottledException(
                  "DynamoDB has no capacity: it leaves calls undone for %d s"
                      .formatted(patience.toSeconds()));
            }
            Pauses.await(attempt);
          }
        });
  }

  /** What is left to do of one call's part. */
  private static final class Piece<T> {
    private List<T> left;

    Piece(List<T> left) {
      this.left = left;
    }
  }

  private static <T> List<Piece<T>> pieces(List<T> all, int size) {
    var pieces = new ArrayList<Piece<T>>();
    for (var from = 0; from < all.size(); from += size) {
      pieces.add(new Piece<>(all.subList(from, Math.min(from + size, all.size()))));
    }
    return pieces;
  }
}
