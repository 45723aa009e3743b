package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A person's word that a topic may be read from an offset that is not the stored one: the way out
 * after a topic was recreated or offsets were lost. It stands in the annotation {@value
 * #ANNOTATION}, as JSON, and is applied once, by the migration.
 *
 * @param topicId the id of the topic that is accepted; the word holds for no other
 * @param partition the partition it is about, all when absent
 * @param to {@code earliest}, {@code latest} or an offset
 * @param at when it was given, ISO 8601; so that the same word, given again, is another one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AcceptedOffsets(
    String topicId, @Nullable Integer partition, String to, @Nullable String at) {
  public static final String ANNOTATION = "acequia.dev/accept-offsets";

  public AcceptedOffsets {
    if (topicId == null || topicId.isBlank()) {
      throw new IllegalArgumentException("topicId is missing: name the topic that is accepted");
    }
    if (to == null) {
      throw new IllegalArgumentException("to is missing: use earliest, latest or a number");
    }
    if (!to.matches("earliest|latest|[0-9]{1,18}")) {
      throw new IllegalArgumentException("offset '" + to + "': use earliest, latest or a number");
    }
  }

  /** A word without a time, which is applied once for all. */
  public AcceptedOffsets(String topicId, @Nullable Integer partition, String to) {
    this(topicId, partition, to, null);
  }

  /** The same word, given now. */
  public AcceptedOffsets givenAt(Instant now) {
    return new AcceptedOffsets(topicId, partition, to, now.toString());
  }

  /** Says how to accept offsets again that a refused migration did not apply. */
  public String lost(String namespace, String pipeline) {
    return "It did not apply the accepted offsets. If the newer migration does not either, run: ./acequia offsets accept %s --namespace %s%s --to %s"
        .formatted(pipeline, namespace, partition == null ? "" : " --partition " + partition, to);
  }

  /**
   * Reads the annotation's value.
   *
   * @throws IllegalArgumentException when it is not one; the message says why
   */
  public static AcceptedOffsets fromJson(String json) {
    try {
      return Optional.ofNullable(
              JsonMapper.builder().build().readValue(json, AcceptedOffsets.class))
          .orElseThrow(() -> new IllegalArgumentException("not accepted offsets: null"));
    } catch (JacksonException e) {
      var why =
          e.getCause() instanceof IllegalArgumentException refusal
              ? refusal.getMessage()
              : e.getOriginalMessage();
      throw new IllegalArgumentException("not accepted offsets: " + why, e);
    }
  }
}
