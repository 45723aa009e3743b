package dev.acequia.api.envelope;

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
  public Message {
    attributes = Map.copyOf(attributes);
  }

  Message(String id, byte[] data, Map<String, String> attributes) {
    this(id, data, 0, data.length, attributes);
  }
}
