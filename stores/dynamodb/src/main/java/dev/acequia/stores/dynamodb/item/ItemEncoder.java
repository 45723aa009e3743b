package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.query.Literal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/**
 * Makes items of records. What the service would refuse is found here, before any call, so that it
 * is one record's dead letter and not a batch's failure.
 */
public final class ItemEncoder {
  private final Schema schema;
  private final boolean upserts;
  private final ItemKeys keys;
  private final int[] keyIndexes;
  private final int ttlField;

  /** The most that a field's value may take, in bytes, where it is the key of an index. */
  private volatile Map<String, Integer> indexedBytes;

  private final Map<String, Integer> declaredBytes = new HashMap<>();

  public ItemEncoder(PipelineDefinition definition, StoreDefinition.DynamoDb store) {
    schema = definition.schema();
    upserts = definition.mode() == LoadMode.UPSERT;
    keys = ItemKeys.of(definition);
    keyIndexes = schema.keyIndexes();
    var ttl = store.ttlField();
    ttlField = ttl == null ? -1 : schema.indexOf(ttl);
    for (var index : store.indexes()) {
      merge(declaredBytes, index.hash(), KeyType.HASH);
      var range = index.range();
      if (range != null) {
        merge(declaredBytes, range, KeyType.RANGE);
      }
    }
    indexedBytes = declaredBytes;
  }

  private static void merge(Map<String, Integer> bytes, String field, KeyType key) {
    bytes.merge(
        field,
        key == KeyType.HASH ? ServiceLimits.HASH_BYTES : ServiceLimits.RANGE_BYTES,
        Math::min);
  }

  /** From now on values are checked for these keys of indexes too, and for no earlier ones. */
  public void checkAlso(List<KeySchemaElement> keys) {
    var bytes = new HashMap<>(declaredBytes);
    keys.forEach(key -> merge(bytes, key.attributeName(), key.keyType()));
    indexedBytes = bytes;
  }

  /**
   * The item of a record, without a fence. It can be changed.
   *
   * @throws BadRecordException when the service cannot hold it
   */
  public Map<String, AttributeValue> record(Row row, Arrival arrival) throws BadRecordException {
    var item = new HashMap<String, AttributeValue>();
    for (var i = 0; i < schema.fields().size(); i++) {
      if (!row.isNull(i)) {
        var field = schema.fields().get(i);
        var value = Values.of(row, i, field);
        checkIndexed(field, value);
        item.put(field.name(), value);
      }
    }
    item.putAll(upserts ? key(row) : keys.of(arrival.origin()));
    putOrigin(item, arrival);
    if (ttlField >= 0 && !row.isNull(ttlField)) {
      item.put(
          Attributes.EXPIRES,
          Attributes.number(
              Values.epochSecond(row, ttlField, schema.fields().get(ttlField).type())));
    }
    checkSize(item);
    return item;
  }

  /**
   * The item that says that a key was deleted, without a fence and a time. It can be changed.
   *
   * @throws BadRecordException when the service cannot hold it
   */
  public Map<String, AttributeValue> deletion(Row key, Arrival arrival) throws BadRecordException {
    var item = new HashMap<>(key(key));
    var bucket = Math.floorMod(item.hashCode(), Attributes.BUCKETS);
    item.put(Attributes.BUCKET, Attributes.text(Integer.toString(bucket)));
    putOrigin(item, arrival);
    return item;
  }

  private Map<String, AttributeValue> key(Row row) throws BadRecordException {
    var values = new ArrayList<Literal>(keyIndexes.length);
    for (var index : keyIndexes) {
      values.add(Values.literal(row, index, schema.fields().get(index).type()));
    }
    var key = keys.of(values);
    if (!ItemKeys.fits(key)) {
      throw badKey(values);
    }
    return key;
  }

  private BadRecordException badKey(List<Literal> values) {
    var first = schema.key().getFirst();
    return values.getFirst().value().equals("")
        ? new BadRecordException(
            ErrorClass.RejectedByStore, first, "DynamoDB takes no empty text as a partition key")
        : new BadRecordException(
            ErrorClass.TooLong,
            null,
            "DynamoDB takes keys of at most %d bytes in the first field and %d in the others together"
                .formatted(ServiceLimits.HASH_BYTES, ServiceLimits.RANGE_BYTES));
  }

  private void checkIndexed(Field field, AttributeValue value) throws BadRecordException {
    var most = indexedBytes.get(field.name());
    if (most == null) {
      return;
    }
    var problem = indexProblem(field, value, most);
    if (problem != null) {
      throw new BadRecordException(ErrorClass.RejectedByStore, field.name(), problem);
    }
  }

  private static @Nullable String indexProblem(Field field, AttributeValue value, int most) {
    if (value.n() != null) {
      return null;
    }
    if (value.s() == null) {
      return "DynamoDB takes only texts and numbers as keys of an index";
    }
    if (field.type() == FieldType.DOUBLE) {
      return "DynamoDB takes numbers from 1E%d to 1E%d as keys of an index"
          .formatted(ServiceLimits.LEAST_EXPONENT, ServiceLimits.GREATEST_EXPONENT + 1);
    }
    if (value.s().isEmpty()) {
      return "DynamoDB takes no empty text as the key of an index";
    }
    return value.s().getBytes(StandardCharsets.UTF_8).length > most
        ? "DynamoDB takes at most %d bytes as this key of an index".formatted(most)
        : null;
  }

  private static void putOrigin(Map<String, AttributeValue> item, Arrival arrival) {
    item.put(Attributes.GENERATION, Attributes.number(arrival.generation()));
    item.put(Attributes.PARTITION, Attributes.number(arrival.partition()));
    item.put(Attributes.OFFSET, Attributes.number(arrival.offset()));
  }

  /** The attributes that are put later have room, too. */
  private static void checkSize(Map<String, AttributeValue> item) throws BadRecordException {
    var fence = Attributes.FENCE.length() + ServiceLimits.NUMBER_BYTES;
    if (ItemSize.of(item) + fence > ServiceLimits.ITEM_BYTES) {
      throw new BadRecordException(
          ErrorClass.TooLong,
          null,
          "DynamoDB takes items of at most %d bytes, with the names of the fields"
              .formatted(ServiceLimits.ITEM_BYTES));
    }
  }

  /** What an item takes, in bytes. */
  public static long bytes(Map<String, AttributeValue> item) {
    return ItemSize.of(item);
  }
}
