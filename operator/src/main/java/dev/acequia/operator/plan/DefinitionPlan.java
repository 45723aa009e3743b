package dev.acequia.operator.plan;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.AllowedRewrite;
import dev.acequia.contract.Field;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.operator.store.StorePlan;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The spec in the terms of the runtime. */
final class DefinitionPlan {
  private DefinitionPlan() {}

  static PipelineDefinition of(DataPipeline pipeline, Facts.Topic topic) {
    var names = PipelineNames.of(pipeline);
    var spec = pipeline.getSpec();
    return new PipelineDefinition(
        names.namespace(),
        names.pipeline(),
        spec.description(),
        schema(spec),
        new TopicDefinition(
            TopicsPlan.records(pipeline), topic.id(), topic.partitions(), names.deadLetterTopic()),
        StorePlan.of(pipeline).definition(),
        spec.consumer().mode(),
        spec.api().maxPageSize(),
        spec.consumer().deadLetters().maxRatio(),
        acceptedOffsets(pipeline, topic));
  }

  /** The part of the definition that the migration acts on, as text. */
  static String migrationPart(PipelineDefinition definition) {
    return new PipelineDefinition(
            definition.namespace(),
            definition.name(),
            null,
            new Schema(
                definition.schema().key(),
                definition.schema().fields().stream()
                    .map(
                        field ->
                            new Field(
                                field.name(), field.type(), field.required(), field.digits(), null))
                    .toList(),
                dev.acequia.contract.UnknownFields.REJECT),
            definition.topic(),
            definition.store().forMigration(),
            definition.mode(),
            0,
            PipelineDefinition.DEFAULT_MAX_DEAD_LETTER_RATIO,
            definition.acceptedOffsets())
        .toJson();
  }

  /**
   * The schema for whose sake a large table may be written anew: the definition's own, or none. A
   * word about another schema is one that was left behind.
   */
  static Optional<String> allowedRewrite(DataPipeline pipeline, PipelineDefinition definition) {
    return Optional.ofNullable(pipeline.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(AllowedRewrite.ANNOTATION))
        .filter(definition.schema().hash()::equals);
  }

  static Schema schema(DataPipelineSpec spec) {
    return new Schema(
        spec.schema().key(),
        spec.schema().fields().stream()
            .map(
                field ->
                    new Field(
                        field.name(),
                        field.type(),
                        field.required(),
                        field.digits(),
                        field.description()))
            .toList(),
        spec.schema().unknownFields());
  }

  /** Whether a migration has applied the annotation's accepted offsets. */
  static boolean areOffsetsApplied(DataPipeline pipeline) {
    return pipeline.getStatus() != null
        && pipeline.getStatus().acceptedOffsets() != null
        && pipeline.getStatus().acceptedOffsets().equals(offsetsWord(pipeline));
  }

  private static @Nullable String offsetsWord(DataPipeline pipeline) {
    var annotations = pipeline.getMetadata().getAnnotations();
    return annotations == null ? null : annotations.get(AcceptedOffsets.ANNOTATION);
  }

  /** A person's word holds for the topic it names, and for no other. */
  private static @Nullable AcceptedOffsets acceptedOffsets(
      DataPipeline pipeline, Facts.Topic topic) {
    var word = offsetsWord(pipeline);
    if (word == null) {
      return null;
    }
    var accepted = AcceptedOffsets.fromJson(word);
    return accepted.topicId().equals(topic.id()) ? accepted : null;
  }
}
