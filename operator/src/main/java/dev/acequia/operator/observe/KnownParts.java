package dev.acequia.operator.observe;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads a resource of the operator's own as far as this version knows it. The definitions may be of
 * a later version, and one resource with a value that is new in it must not keep the operator from
 * all others. Such a resource has no spec, and {@link PipelineNames#UNREADABLE} says why; so has
 * one that was cut.
 */
final class KnownParts extends DelegatingDeserializer {
  private static final long serialVersionUID = 1;
  private static final String SPEC = "spec";
  private static final String STATUS = "status";

  /** Values of a status that a later version may have, and the spec. */
  private static final int MOST_UNKNOWN = 20;

  private KnownParts(JsonDeserializer<?> whole) {
    super(whole);
  }

  /** Puts it before the deserializers of the operator's own resources. */
  static final class Modifier extends BeanDeserializerModifier {
    private static final long serialVersionUID = 1;

    @Override
    public JsonDeserializer<?> modifyDeserializer(
        DeserializationConfig config, BeanDescription bean, JsonDeserializer<?> deserializer) {
      var type = bean.getBeanClass();
      return type == DataPipeline.class || type == DataPipelineReplay.class
          ? new KnownParts(deserializer)
          : deserializer;
    }
  }

  @Override
  protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> delegatee) {
    return new KnownParts(delegatee);
  }

  @Override
  public Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (!(context.readTree(parser) instanceof ObjectNode tree)) {
      return context.reportInputMismatch(handledType(), "is no object");
    }
    var cut = tree.remove(BoundedParser.CUT);
    if (cut != null && cut.booleanValue()) {
      leaveOutSpec(tree, PipelineNames.UNREADABLE_SIZE);
    }
    for (var without = 0; ; without++) {
      try {
        return whole(tree, context);
      } catch (JsonMappingException e) {
        if (without < MOST_UNKNOWN) {
          leaveOut(e, tree);
        } else if (tree.remove(STATUS) == null) {
          if (!tree.has(SPEC)) {
            throw e;
          }
          leaveOut(e, tree);
        }
      }
    }
  }

  /** Of a spec nothing is read that is not wholly understood; of a status, all that is known. */
  private static void leaveOut(JsonMappingException unknown, ObjectNode tree) {
    var path = unknown.getPath();
    if (!path.isEmpty() && STATUS.equals(path.getFirst().getFieldName())) {
      JsonNode at = tree;
      for (var step : path.subList(0, path.size() - 1)) {
        at = step.getFieldName() == null ? at.path(step.getIndex()) : at.path(step.getFieldName());
      }
      var last = path.getLast();
      switch (at) {
        case ObjectNode object when last.getFieldName() != null ->
            object.remove(last.getFieldName());
        case ArrayNode array -> array.remove(last.getIndex());
        default -> tree.remove(STATUS);
      }
    } else {
      leaveOutSpec(tree, text(path));
    }
  }

  private static void leaveOutSpec(ObjectNode tree, String why) {
    tree.remove(SPEC);
    tree.withObjectProperty("metadata")
        .withObjectProperty("annotations")
        .put(PipelineNames.UNREADABLE, why);
  }

  private Object whole(ObjectNode tree, DeserializationContext context) throws IOException {
    try (var parser = tree.traverse(context.getParser().getCodec())) {
      parser.nextToken();
      return super.deserialize(parser, context);
    }
  }

  /** Such as {@code spec.schema.fields[3].type}. */
  private static String text(List<Reference> path) {
    return path.stream()
        .map(
            step ->
                step.getFieldName() == null
                    ? "[" + step.getIndex() + "]"
                    : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
  }
}
