package dev.acequia.contract.record;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a record stood when it was put aside, as the headers of a dead letter say: its identity
 * wherever it is sent since.
 *
 * @param topicId in Kafka's 22-character form: offsets mean nothing in a topic that was created
 *     again
 * @param generation of the partition's log, in which an offset means something else after the log
 *     was cut; null where a former version put it aside: then it is the first of that topic
 */
public record SourceCoordinates(
    String topic, String topicId, @Nullable Integer generation, int partition, long offset) {

  /**
   * Reads the headers.
   *
   * @param lastHeader the value of the last header of a name, null when there is none
   * @return empty when they are not all there, or make no sense
   */
  public static Optional<SourceCoordinates> read(
      Function<RecordHeader, byte @Nullable []> lastHeader) {
    var offset = number(lastHeader.apply(RecordHeader.SOURCE_OFFSET));
    if (offset < 0) {
      return Optional.empty();
    }
    var partition = number(lastHeader.apply(RecordHeader.SOURCE_PARTITION));
    var topic = lastHeader.apply(RecordHeader.SOURCE_TOPIC);
    var topicId = lastHeader.apply(RecordHeader.SOURCE_TOPIC_ID);
    if (topic == null || topicId == null || partition < 0 || partition > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    var said = lastHeader.apply(RecordHeader.SOURCE_GENERATION);
    var generation = number(said);
    return said != null && (generation < 1 || generation > Integer.MAX_VALUE)
        ? Optional.empty()
        : Optional.of(
            new SourceCoordinates(
                text(topic),
                text(topicId),
                said == null ? null : (int) generation,
                (int) partition,
                offset));
  }

  /** Decimal digits, or -1. */
  private static long number(byte @Nullable [] digits) {
    if (digits == null || digits.length == 0 || digits.length > 18) {
      return -1;
    }
    var value = 0L;
    for (var digit : digits) {
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + digit - '0';
    }
    return value;
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
