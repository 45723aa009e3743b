package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that the Pods of one pipeline need to know of it: the document that the operator puts into a
 * ConfigMap and that API, consumer and migration read once, at start. A change of it is a change of
 * the Pod template, hence a rollout.
 *
 * @param maxDeadLetterRatio the share of records, 0 to 1, beyond which the load ends; 0.05 when
 *     absent
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PipelineDefinition(
    String namespace,
    String name,
    @Nullable String description,
    Schema schema,
    TopicDefinition topic,
    StoreDefinition store,
    LoadMode mode,
    int maxPageSize,
    Double maxDeadLetterRatio,
    @Nullable AcceptedOffsets acceptedOffsets) {
  /** Where a definition does not say. */
  public static final Double DEFAULT_MAX_DEAD_LETTER_RATIO = 0.05;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .registerSubtypes(
              StoreKind.all().stream()
                  .map(other -> new NamedType(other.definition(), other.kind()))
                  .toArray(NamedType[]::new))
          .build();

  public PipelineDefinition {
    maxDeadLetterRatio =
        maxDeadLetterRatio == null ? DEFAULT_MAX_DEAD_LETTER_RATIO : maxDeadLetterRatio;
  }

  /** A copy without accepted offsets. */
  public PipelineDefinition withoutAcceptedOffsets() {
    return new PipelineDefinition(
        namespace,
        name,
        description,
        schema,
        topic,
        store,
        mode,
        maxPageSize,
        maxDeadLetterRatio,
        null);
  }

  /**
   * The consumer group is named after the pipeline, as its topic is. An adopted topic has another
   * name, by which somebody else's group may be called.
   */
  public String consumerGroup() {
    return namespace + "." + name;
  }

  /**
   * The document as it stands in the ConfigMap: one line of JSON, the same bytes for equal
   * definitions.
   */
  public String toJson() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JacksonException e) {
      throw new IllegalStateException("a definition is always JSON", e);
    }
  }

  /**
   * Reads the document.
   *
   * @throws IllegalArgumentException when it is not a definition; the message says where
   */
  public static PipelineDefinition fromJson(String json) {
    try {
      return Optional.ofNullable(JSON.readValue(json, PipelineDefinition.class))
          .orElseThrow(() -> new IllegalArgumentException("not a pipeline definition: null"));
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not a pipeline definition: " + e.getMessage(), e);
    }
  }

  /** Reads the document from the file that the Pod mounts. */
  public static PipelineDefinition read(Path file) {
    try {
      return fromJson(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the pipeline definition " + file, e);
    }
  }
}
