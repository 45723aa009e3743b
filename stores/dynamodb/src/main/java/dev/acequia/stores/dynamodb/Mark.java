package dev.acequia.stores.dynamodb;

import dev.acequia.stores.Origin;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What is remembered of the record that came with an idempotency key first. It counts for a day;
 * the service removes it later.
 *
 * @param content the digest of that record, in hex
 * @param pushedMillis when that record came, in milliseconds of the epoch; null if unknown
 * @param atMillis when it was written
 */
record Mark(Origin origin, String content, @Nullable Long pushedMillis, long atMillis) {
  static final String AT = "at";

  private static final String CONTENT = "content";
  private static final String PUSHED = "pushed";
  private static final Duration DAY = Duration.ofHours(24);

  /** Pushes further apart are two records, also under one key. */
  private static final Duration APART = Duration.ofHours(25);

  static Mark parse(Map<String, AttributeValue> item) {
    return new Mark(
        ItemOrigin.of(item),
        Objects.requireNonNull(item.get(CONTENT), CONTENT).s(),
        item.containsKey(PUSHED) ? ItemOrigin.number(item, PUSHED) : null,
        ItemOrigin.number(item, AT));
  }

  /** The item, without its key. */
  Map<String, AttributeValue> attributes() {
    var item = new HashMap<String, AttributeValue>();
    item.put(Attributes.GENERATION, Attributes.number(origin.generation()));
    item.put(Attributes.PARTITION, Attributes.number(origin.partition()));
    item.put(Attributes.OFFSET, Attributes.number(origin.offset()));
    item.put(CONTENT, Attributes.text(content));
    if (pushedMillis != null) {
      item.put(PUSHED, Attributes.number(pushedMillis));
    }
    item.put(AT, Attributes.number(atMillis));
    item.put(
        Attributes.EXPIRES, Attributes.number(Duration.ofMillis(atMillis).plus(APART).toSeconds()));
    return item;
  }

  boolean isForgotten(long nowMillis) {
    return nowMillis - atMillis > DAY.toMillis();
  }

  /** Whether one push came so long before another that they are two. */
  static boolean isApart(@Nullable Long earlier, @Nullable Long later) {
    return earlier != null && later != null && later - APART.toMillis() > earlier;
  }
}
