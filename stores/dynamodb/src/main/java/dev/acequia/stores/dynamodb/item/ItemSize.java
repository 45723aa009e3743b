package dev.acequia.stores.dynamodb.item;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What an item takes, never less than the service counts. */
final class ItemSize {
  /**
   * A list or a map, and one byte for each of its elements. (Guide: CapacityUnitCalculations.html)
   */
  private static final int CONTAINER = 3;

  private ItemSize() {}

  /** In bytes, with the names of the attributes. */
  static long of(Map<String, AttributeValue> item) {
    var bytes = 0L;
    for (var attribute : item.entrySet()) {
      bytes += utf8(attribute.getKey()) + of(attribute.getValue());
    }
    return bytes;
  }

  /** Also of attributes that no record has: a person may have put them there. */
  private static long of(AttributeValue value) {
    return switch (value.type()) {
      case S -> utf8(value.s());
      case N -> ServiceLimits.NUMBER_BYTES;
      case B -> value.b().asByteArrayUnsafe().length;
      case BOOL, NUL -> 1;
      case SS -> value.ss().stream().mapToLong(ItemSize::utf8).sum();
      case NS -> (long) value.ns().size() * ServiceLimits.NUMBER_BYTES;
      case BS -> value.bs().stream().mapToLong(bytes -> bytes.asByteArrayUnsafe().length).sum();
      case L -> CONTAINER + value.l().stream().mapToLong(one -> 1 + of(one)).sum();
      case M -> CONTAINER + of(value.m()) + value.m().size();
      case UNKNOWN_TO_SDK_VERSION -> 0;
    };
  }

  /** Counts ASCII, which most texts are, without a copy. */
  private static int utf8(String text) {
    for (var i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return text.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return text.length();
  }
}
