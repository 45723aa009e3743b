package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer is told to read again: it stands in {@link RuntimeVariable#ACEQUIA_REPLAY} of the
 * consumer's Pod template, and stays there when it has been carried out. The store remembers by its
 * id that it has been, so that it is carried out once in each partition, however often Pods start.
 *
 * @param id the replay's own, a UUID
 * @param previous the id of the order that stood there before, which must not begin any more; null
 *     when there was none
 * @param topicId Kafka's id of the topic that the offsets belong to
 * @param cancelled whether the replay is to end where it is
 * @param from the first offset to be read again, by partition; others are left alone
 * @param to the offset at which reading jumps back to where it was, by partition; where there is
 *     none, the replay runs to where reading was
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReplayOrder(
    String id,
    @Nullable String previous,
    String topicId,
    boolean cancelled,
    Map<Integer, Long> from,
    Map<Integer, Long> to) {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  public ReplayOrder {
    from = from == null ? Map.of() : Map.copyOf(from);
    to = to == null ? Map.of() : Map.copyOf(to);
  }

  /** The order that ends this replay. */
  public ReplayOrder cancel() {
    return new ReplayOrder(id, previous, topicId, true, Map.of(), Map.of());
  }

  /** One line of JSON, the same bytes for equal orders. */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("an order is always JSON", e);
    }
  }

  /**
   * Reads the variable's value.
   *
   * @throws IllegalArgumentException when it is not an order; the message says why
   */
  public static ReplayOrder fromJson(String json) {
    try {
      return Optional.ofNullable(JSON.readValue(json, ReplayOrder.class))
          .orElseThrow(() -> new IllegalArgumentException("not a replay's order: null"));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a replay's order: " + e.getOriginalMessage(), e);
    }
  }
}
