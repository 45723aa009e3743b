package dev.acequia.stores.dynamodb.item;

import dev.acequia.contract.Field;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * The names of attributes and indexes that are not fields. No field's name begins with an
 * underscore, so they never meet.
 */
public final class Attributes {
  /** The table's partition key. */
  public static final String HASH = "_hash";

  /** The table's sort key, where it has one. */
  public static final String RANGE = "_range";

  public static final String GENERATION = "_generation";
  public static final String PARTITION = "_partition";
  public static final String OFFSET = "_offset";

  /** The fence of the claim that the item was written under. */
  public static final String FENCE = "_fence";

  /** When a key was deleted, in milliseconds of the epoch; its item has no fields then. */
  public static final String DELETED = "_deleted";

  /** The partition of the index of deletions. */
  public static final String BUCKET = "_bucket";

  /** When the service removes the item, in seconds of the epoch. */
  public static final String EXPIRES = "_expires";

  /** The index by which deletions are found that may be forgotten. */
  public static final String DELETIONS = "acequia_deletions";

  /** Number of partition keys in the index of deletions, so that no single one is hot. */
  public static final int BUCKETS = 16;

  private Attributes() {}

  /** The type that a field has where it is the key of an index. */
  public static ScalarAttributeType keyType(Field field) {
    return switch (field.type()) {
      case STRING, DATE, TIMESTAMP, UUID -> ScalarAttributeType.S;
      case INT32, INT64, DOUBLE, DECIMAL -> ScalarAttributeType.N;
      case BOOLEAN, JSON ->
          throw new IllegalArgumentException("'" + field.name() + "' cannot be an index's key");
    };
  }

  public static AttributeValue number(long value) {
    return AttributeValue.fromN(Long.toString(value));
  }

  public static AttributeValue text(String value) {
    return AttributeValue.fromS(value);
  }
}
