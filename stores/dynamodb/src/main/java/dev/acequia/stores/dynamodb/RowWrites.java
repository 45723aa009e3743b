package dev.acequia.stores.dynamodb;

import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.DynamoBatch.Entry;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * The writes of rows. Each has a condition by which it may be repeated, and comes to nothing where
 * a later owner of the partition, or a newer record, was there first.
 */
final class RowWrites {
  /** An item that lacks them is not this pipeline's, and older than every record. */
  private static final String NO_ORIGIN = "attribute_not_exists(#g) OR attribute_not_exists(#f)";

  /** Of one origin are the same record, written by the owner that the partition had. */
  private static final String NOT_NEWER =
      "#p <> :p OR #g < :g OR (#g = :g AND (#o < :o OR (#o = :o AND #f <= :f)))";

  private final DynamoDbClient client;
  private final String table;

  RowWrites(DynamoDbClient client, String table) {
    this.client = client;
    this.table = table;
  }

  /** Puts a record of append mode, also in place of what a former owner put there. */
  void append(Entry entry, long fence) throws StoreUnavailableException {
    put(
        PutItemRequest.builder()
            .tableName(table)
            .item(fenced(entry, fence))
            .conditionExpression("attribute_not_exists(#f) OR #f <= :f")
            .expressionAttributeNames(Map.of("#f", Attributes.FENCE))
            .expressionAttributeValues(Map.of(":f", Attributes.number(fence))));
  }

  /**
   * Puts a record of append mode that may be there: what is there stays as it is, unless a former
   * owner put it there that did not come to the end of its batch.
   *
   * @param since the first fence of such owners
   * @return whether it was there
   */
  boolean appendUnlessThere(Entry entry, long fence, long since) throws StoreUnavailableException {
    var request =
        PutItemRequest.builder()
            .tableName(table)
            .item(fenced(entry, fence))
            .conditionExpression("attribute_not_exists(#h) OR (#f >= :s AND #f < :f)")
            .expressionAttributeNames(Map.of("#h", Attributes.HASH, "#f", Attributes.FENCE))
            .expressionAttributeValues(
                Map.of(":s", Attributes.number(since), ":f", Attributes.number(fence)))
            .returnValues(ReturnValue.ALL_OLD)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    return DynamoFailure.of(
        () -> {
          try {
            return !client.putItem(request).attributes().isEmpty();
          } catch (ConditionalCheckFailedException e) {
            // An own one is there when the first answer was lost and the call was sent again.
            return !Attributes.number(fence).equals(e.item().get(Attributes.FENCE));
          }
        });
  }

  /** Puts a record or a deletion of upsert mode, unless something newer is there. */
  void upsert(Entry entry, long fence) throws StoreUnavailableException {
    put(
        PutItemRequest.builder()
            .tableName(table)
            .item(fenced(entry, fence))
            .conditionExpression(NO_ORIGIN + " OR " + NOT_NEWER)
            .expressionAttributeNames(names())
            .expressionAttributeValues(values(entry.origin(), fence)));
  }

  /** Removes a row of upsert mode, unless it is newer than the deletion. */
  void remove(Entry deletion, long fence) throws StoreUnavailableException {
    var names = names();
    names.put("#d", Attributes.DELETED);
    var request =
        DeleteItemRequest.builder()
            .tableName(table)
            .key(ItemKeys.of(deletion.item()))
            .conditionExpression(
                "attribute_not_exists(#d) AND (" + NO_ORIGIN + " OR " + NOT_NEWER + ")")
            .expressionAttributeNames(names)
            .expressionAttributeValues(values(deletion.origin(), fence))
            .build();
    unlessRefused(() -> client.deleteItem(request));
  }

  private static Map<String, AttributeValue> fenced(Entry entry, long fence) {
    var item = entry.item();
    item.put(Attributes.FENCE, Attributes.number(fence));
    return item;
  }

  private static Map<String, String> names() {
    return new HashMap<>(
        Map.of(
            "#p",
            Attributes.PARTITION,
            "#g",
            Attributes.GENERATION,
            "#o",
            Attributes.OFFSET,
            "#f",
            Attributes.FENCE));
  }

  private static Map<String, AttributeValue> values(Origin origin, long fence) {
    return Map.of(
        ":p",
        Attributes.number(origin.partition()),
        ":g",
        Attributes.number(origin.generation()),
        ":o",
        Attributes.number(origin.offset()),
        ":f",
        Attributes.number(fence));
  }

  private void put(PutItemRequest.Builder request) throws StoreUnavailableException {
    unlessRefused(() -> client.putItem(request.build()));
  }

  /** Makes a write that comes to nothing where its condition does not hold. */
  private static void unlessRefused(Runnable write) throws StoreUnavailableException {
    DynamoFailure.run(
        () -> {
          try {
            write.run();
          } catch (ConditionalCheckFailedException newer) {
            // What is there stays.
          }
        });
  }
}
