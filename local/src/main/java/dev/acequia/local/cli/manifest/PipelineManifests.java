package dev.acequia.local.cli.manifest;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Reads a stream of YAML documents, each a DataPipeline. */
public final class PipelineManifests {
  /** Resources from the API server may have fields of a newer version; those of a file may not. */
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public JsonIgnoreProperties.Value findPropertyIgnoralByName(
                    MapperConfig<?> config, Annotated annotated) {
                  return super.findPropertyIgnoralByName(config, annotated).withoutIgnoreUnknown();
                }
              })
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private PipelineManifests() {}

  /**
   * Reads the documents.
   *
   * @param source the file's name, for messages
   * @throws CommandException when one of them is not a DataPipeline; the message names the place
   */
  public static List<DataPipeline> read(String text, String source) {
    var pipelines = new ArrayList<DataPipeline>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
      while (documents.hasNextValue()) {
        var document = documents.nextValue();
        if (document != null && !document.isNull() && !document.isMissingNode()) {
          pipelines.add(pipeline(document, source));
        }
      }
    } catch (JacksonException e) {
      throw new CommandException(
          "%s: line %d: not YAML: %s"
              .formatted(
                  source,
                  e.getLocation() == null ? 0 : e.getLocation().getLineNr(),
                  firstLine(e.getOriginalMessage())),
          e);
    } catch (IOException e) {
      throw new CommandException(source + ": " + e.getMessage(), e);
    }
    if (pipelines.isEmpty()) {
      throw new CommandException(source + ": holds no DataPipeline");
    }
    return pipelines;
  }

  private static DataPipeline pipeline(JsonNode document, String source) throws IOException {
    var apiVersion = document.path("apiVersion").asText();
    var kind = document.path("kind").asText();
    var expected = DataPipeline.GROUP + "/" + DataPipeline.VERSION;
    if (!apiVersion.equals(expected) || !kind.equals(DataPipeline.KIND)) {
      throw new CommandException(
          "%s: apiVersion %s, kind %s: only %s of %s can be rendered"
              .formatted(source, apiVersion, kind, DataPipeline.KIND, expected));
    }
    try {
      return YAML.treeToValue(document, DataPipeline.class);
    } catch (JsonMappingException e) {
      throw new CommandException(source + ": " + path(e) + ": " + reason(e), e);
    }
  }

  private static String reason(JsonMappingException e) {
    return switch (e) {
      case UnrecognizedPropertyException unknown ->
          "there is no such field; there are "
              + unknown.getKnownPropertyIds().stream()
                  .map(String::valueOf)
                  .sorted()
                  .collect(Collectors.joining(", "));
      case InvalidFormatException format when format.getTargetType().isEnum() ->
          "'%s' is not one of %s".formatted(format.getValue(), constants(format.getTargetType()));
      case InvalidFormatException format ->
          "'%s' is not a value of the kind expected here".formatted(format.getValue());
      case MismatchedInputException mismatch -> firstLine(mismatch.getOriginalMessage());
      default -> firstLine(e.getOriginalMessage());
    };
  }

  private static String constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> YAML.convertValue(constant, String.class))
        .collect(Collectors.joining(", "));
  }

  private static String path(JsonMappingException e) {
    var path = new StringBuilder();
    for (var step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
