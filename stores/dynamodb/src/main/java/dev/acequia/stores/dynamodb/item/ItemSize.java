package dev.acequia.stores.dynamodb.item;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What an item takes, never less than the service counts. */
final class ItemSize {
  private ItemSize() {}

  /** In bytes, with the names of the attributes. */
  static long of(Map<String, AttributeValue> item) {
    var bytes = 0L;
    for (var attribute : item.entrySet()) {
      bytes += utf8(attribute.getKey()) + of(attribute.getValue());
    }
    return bytes;
  }

  private static long of(AttributeValue value) {
    return switch (value.type()) {
      case S -> utf8(value.s());
      case N -> ServiceLimits.NUMBER_BYTES;
      case B -> value.b().asByteArrayUnsafe().length;
      case BOOL -> 1;
      case SS, NS, BS, M, L, NUL, UNKNOWN_TO_SDK_VERSION ->
          throw new IllegalArgumentException("no value of a record: " + value.type());
    };
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
