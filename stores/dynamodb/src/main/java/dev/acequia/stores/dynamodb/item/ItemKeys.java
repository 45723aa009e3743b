package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.query.Literal;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * The keys of the table's items. In upsert mode the partition key is the first field of the
 * record's key, and the sort key the others together. In append mode they are the record's origin,
 * spread over several partition keys, since one takes 1,000 writes a second.
 */
public final class ItemKeys {
  /** The partition keys of one partition of the topic. */
  private static final int SPREAD = 16;

  private final @Nullable ScalarAttributeType range;

  private ItemKeys(@Nullable ScalarAttributeType range) {
    this.range = range;
  }

  /** Those of the definition's records. */
  public static ItemKeys of(PipelineDefinition definition) {
    return new ItemKeys(
        switch (definition.mode()) {
          case APPEND -> ScalarAttributeType.N;
          case UPSERT -> definition.schema().key().size() == 1 ? null : ScalarAttributeType.B;
        });
  }

  /** The sort key's type; null when there is none. */
  public @Nullable ScalarAttributeType range() {
    return range;
  }

  /** Of a record in append mode. */
  public Map<String, AttributeValue> of(Origin origin) {
    return Map.of(
        Attributes.HASH,
        Attributes.text(
            origin.generation() + "#" + origin.partition() + "#" + origin.offset() % SPREAD),
        Attributes.RANGE,
        Attributes.number(origin.offset()));
  }

  /**
   * Of a record in upsert mode.
   *
   * @param key the values of its key, in order
   */
  public Map<String, AttributeValue> of(List<Literal> key) {
    var found = new HashMap<String, AttributeValue>();
    found.put(Attributes.HASH, hash(key.getFirst()));
    if (range != null) {
      found.put(Attributes.RANGE, bytes(KeyTuple.of(key.subList(1, key.size()))));
    }
    return found;
  }

  /** The partition key of records whose key begins with a value. */
  public static AttributeValue hash(Literal first) {
    return Attributes.text(
        switch (first.value()) {
          case Double number -> Double.toString(number + 0.0);
          case BigDecimal decimal ->
              decimal.signum() == 0 ? "0" : decimal.stripTrailingZeros().toPlainString();
          default -> Values.text(first);
        });
  }

  public static AttributeValue bytes(byte[] bytes) {
    return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes));
  }

  /** Whether the service takes the values as keys. */
  public static boolean fits(Map<String, AttributeValue> key) {
    var hash = key.get(Attributes.HASH);
    var range = key.get(Attributes.RANGE);
    return hash != null
        && isHash(hash.s().getBytes(StandardCharsets.UTF_8).length)
        && (range == null
            || range.b() == null
            || range.b().asByteArrayUnsafe().length <= ServiceLimits.RANGE_BYTES);
  }

  /**
   * Whether the service takes a text as a partition key.
   *
   * @param bytes in UTF-8
   */
  public static boolean isHash(int bytes) {
    return bytes > 0 && bytes <= ServiceLimits.HASH_BYTES;
  }

  /** Whether an item is a record: neither a deletion nor one that has expired. */
  public static boolean isRecord(Map<String, AttributeValue> item, long nowSeconds) {
    var expires = item.get(Attributes.EXPIRES);
    return !item.containsKey(Attributes.DELETED)
        && (expires == null || isLater(expires, nowSeconds));
  }

  /** As a query's filter compares it, where a person may have put any value. */
  private static boolean isLater(AttributeValue expires, long nowSeconds) {
    return expires.n() != null
        && new BigDecimal(expires.n()).compareTo(BigDecimal.valueOf(nowSeconds)) > 0;
  }

  /** The key alone of an item. */
  public static Map<String, AttributeValue> of(Map<String, AttributeValue> item) {
    var key = new HashMap<>(item);
    key.keySet().retainAll(List.of(Attributes.HASH, Attributes.RANGE));
    return key;
  }
}
