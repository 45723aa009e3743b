package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/**
 * The pipeline's topics.
 *
 * @param id Kafka's id of the data topic (its 22-character form); another id means another log,
 *     whose offsets mean nothing for what is stored
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicDefinition(String name, String id, int partitions, String deadLetterName) {

  /**
   * The id as the stores keep it.
   *
   * @throws IllegalArgumentException when it is not an id
   */
  public UUID uuid() {
    return uuid(id);
  }

  /** The UUID that Kafka writes in URL-safe base 64. */
  public static UUID uuid(String id) {
    var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id));
    if (bytes.remaining() != 2 * Long.BYTES) {
      throw new IllegalArgumentException("not a topic id: " + id);
    }
    return new UUID(bytes.getLong(), bytes.getLong());
  }
}
