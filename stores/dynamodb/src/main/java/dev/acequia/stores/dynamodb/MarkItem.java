package dev.acequia.stores.dynamodb;

import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.mark.Mark;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Marks as items, which the service removes after they have expired. */
final class MarkItem {
  static final String AT = "at";

  private static final String CONTENT = "content";
  private static final String PUSHED = "pushed";

  private MarkItem() {}

  static Mark parse(Map<String, AttributeValue> item) {
    return new Mark(
        ItemOrigin.of(item),
        Objects.requireNonNull(item.get(CONTENT), CONTENT).s(),
        item.containsKey(PUSHED) ? ItemOrigin.number(item, PUSHED) : null,
        ItemOrigin.number(item, AT));
  }

  /** The item, without its key. */
  static Map<String, AttributeValue> attributes(Mark mark) {
    var item = new HashMap<String, AttributeValue>();
    item.put(Attributes.GENERATION, Attributes.number(mark.origin().generation()));
    item.put(Attributes.PARTITION, Attributes.number(mark.origin().partition()));
    item.put(Attributes.OFFSET, Attributes.number(mark.origin().offset()));
    item.put(CONTENT, Attributes.text(mark.content()));
    var pushed = mark.pushedMillis();
    if (pushed != null) {
      item.put(PUSHED, Attributes.number(pushed));
    }
    item.put(AT, Attributes.number(mark.atMillis()));
    item.put(
        Attributes.EXPIRES,
        Attributes.number(Duration.ofMillis(mark.atMillis()).plus(Mark.APART).toSeconds()));
    return item;
  }
}
