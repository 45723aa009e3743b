package dev.acequia.stores.dynamodb.item;

import dev.acequia.stores.Origin;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Whose record an item is. */
public final class ItemOrigin {
  private ItemOrigin() {}

  /** Whether an item has an origin; one that somebody else wrote may have none. */
  public static boolean isIn(Map<String, AttributeValue> item) {
    return item.containsKey(Attributes.GENERATION)
        && item.containsKey(Attributes.PARTITION)
        && item.containsKey(Attributes.OFFSET);
  }

  public static Origin of(Map<String, AttributeValue> item) {
    return new Origin(
        (int) number(item, Attributes.GENERATION),
        (int) number(item, Attributes.PARTITION),
        number(item, Attributes.OFFSET));
  }

  /** A number that every item has. */
  public static long number(Map<String, AttributeValue> item, String name) {
    var value = item.get(name);
    if (value == null || value.n() == null) {
      throw new IllegalStateException("an item has no " + name + ": somebody else wrote it");
    }
    return Long.parseLong(value.n());
  }
}
