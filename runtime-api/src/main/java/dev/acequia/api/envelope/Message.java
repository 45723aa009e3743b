package dev.acequia.api.envelope;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.util.Map;

/**
 * One message of an envelope.
 *
 * @param id the same for each delivery of the message, and of no other; at most 255 characters of
 *     ASCII
 * @param buffer holds the data: {@code length} bytes from {@code offset}
 * @param attributes what the sender says of the message
 */
public record Message(
    String id, byte[] buffer, int offset, int length, Map<String, String> attributes) {
  /** More than any system has: Pub/Sub 100, SNS 10 in raw messages. */
  private static final int MAX_ATTRIBUTES = 128;

  /** What SNS, which has the largest, lets a whole message have. */
  private static final long MAX_ATTRIBUTE_BYTES = 256 << 10;

  public Message {
    attributes = Map.copyOf(attributes);
    checkCount(attributes);
    if (bytes(attributes) > MAX_ATTRIBUTE_BYTES) {
      throw tooMany();
    }
  }

  /** Refuses attributes that are too many, as soon as they are. */
  static void checkCount(Map<String, String> attributes) {
    if (attributes.size() > MAX_ATTRIBUTES) {
      throw tooMany();
    }
  }

  private static ProblemException tooMany() {
    return new ProblemException(
        ProblemType.BODY_TOO_LARGE,
        "A message has at most %d attributes, of %d KiB together."
            .formatted(MAX_ATTRIBUTES, MAX_ATTRIBUTE_BYTES >> 10));
  }

  /** What the attributes take beside each record, at least. */
  public long attributeBytes() {
    return bytes(attributes);
  }

  private static long bytes(Map<String, String> attributes) {
    var bytes = 0L;
    for (var attribute : attributes.entrySet()) {
      bytes += attribute.getKey().length() + attribute.getValue().length();
    }
    return bytes;
  }

  Message(String id, byte[] data, Map<String, String> attributes) {
    this(id, data, 0, data.length, attributes);
  }
}
