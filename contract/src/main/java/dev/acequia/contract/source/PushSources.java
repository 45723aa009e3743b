package dev.acequia.contract.source;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The declared sources; what is null is refused. No secret is in it, and it concerns the API alone,
 * so its change leaves consumers running.
 *
 * <p>Each source's {@code attributesField} is the field, of type json, that takes the attributes of
 * a message; null for none.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PushSources(
    @Nullable CloudEvents cloudEvents,
    @Nullable Sns sns,
    @Nullable PubSub pubsub,
    @Nullable Firehose firehose) {
  /** None. */
  public static final PushSources NONE = new PushSources(null, null, null, null);

  /** A restriction that is not understood must not be dropped, so there is no start with one. */
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** CloudEvents 1.0 over HTTP: events whose data are records. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CloudEvents(@Nullable String attributesField) {}

  /**
   * Subscriptions of Amazon SNS.
   *
   * @param topicArns the topics that may push
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sns(List<String> topicArns, @Nullable String attributesField) {
    public Sns {
      topicArns = List.copyOf(topicArns);
    }
  }

  /**
   * A push subscription of Google Pub/Sub.
   *
   * @param audience that its tokens must carry
   * @param serviceAccount the e-mail address of the account that its tokens speak for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PubSub(String audience, String serviceAccount, @Nullable String attributesField) {}

  /** Amazon Data Firehose with an HTTP endpoint as its destination. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Firehose(@Nullable String attributesField) {}

  /** One line of JSON, the same for equal settings. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("settings are always JSON", e);
    }
  }

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException when they are not understood; the message says where
   */
  public static PushSources fromJson(String json) {
    try {
      return JSON.readValue(json, PushSources.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not an API's sources: " + e.getMessage(), e);
    }
  }
}
