package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Optional;

/**
 * The replay that a partition was last rewound for: the metadata of the offsets that consumers
 * commit to Kafka, by which the operator sees how far it is. It has ended where the committed
 * offset is not less than {@code until}.
 *
 * @param id the replay's, a UUID
 * @param from the offset at which it began
 * @param until the offset before which it ends
 * @param resume where reading goes on then
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReplayMark(String id, long from, long until, long resume) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** One line of JSON. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("a mark is always JSON", e);
    }
  }

  /** Reads the metadata; empty when it is not one of ours. */
  public static Optional<ReplayMark> parse(String metadata) {
    try {
      return metadata.startsWith("{")
          ? Optional.ofNullable(JSON.readValue(metadata, ReplayMark.class))
          : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
