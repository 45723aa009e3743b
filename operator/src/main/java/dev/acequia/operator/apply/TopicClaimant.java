package dev.acequia.operator.apply;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.KafkaUserSecrets;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.UserPasswords;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline that asks for its topics, with what shows that a topic was its own before claims were
 * written down.
 *
 * @param uid the resource's
 * @param adopted the topic that it takes as it is; null when it makes its own
 * @param definedFor ids of the topics that definitions of this very resource were made for: the
 *     operator had made or taken them under this uid
 * @param accepted id of the topic whose offsets a person accepted; null when nobody did
 * @param users the passwords of its users in Kafka, which its Secrets hold
 */
public record TopicClaimant(
    PipelineNames names,
    String uid,
    @Nullable String adopted,
    Set<String> definedFor,
    @Nullable String accepted,
    UserPasswords users) {

  private static final String DEFINITION_KEY = "pipeline.json";

  public TopicClaimant {
    definedFor = Set.copyOf(definedFor);
  }

  /** A claimant without users of its own. */
  public TopicClaimant(
      PipelineNames names,
      String uid,
      @Nullable String adopted,
      Set<String> definedFor,
      @Nullable String accepted) {
    this(names, uid, adopted, definedFor, accepted, UserPasswords.NONE);
  }

  /**
   * The claimant as its resource and its definitions say.
   *
   * @param installation the operator's name, by which its users in Kafka have theirs
   */
  public static TopicClaimant of(
      DataPipeline pipeline, @Nullable String installation, Children children) {
    var names = PipelineNames.of(pipeline);
    return new TopicClaimant(
        names,
        pipeline.getMetadata().getUid(),
        TopicsPlan.adopted(pipeline.getSpec()).orElse(null),
        children.definitions().stream()
            // That of a drop names no topic.
            .filter(map -> !map.getMetadata().getName().equals(names.dropJob()))
            .flatMap(map -> Optional.ofNullable(map.getData()).stream())
            .flatMap(data -> Optional.ofNullable(data.get(DEFINITION_KEY)).stream())
            .flatMap(json -> topicId(json).stream())
            .collect(Collectors.toSet()),
        accepted(pipeline),
        KafkaUserSecrets.read(names, installation, children));
  }

  boolean adopts(String topic) {
    return topic.equals(adopted);
  }

  private static Optional<String> topicId(String json) {
    try {
      return Optional.ofNullable(PipelineDefinition.fromJson(json).topic())
          .map(TopicDefinition::id);
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // of another version, or by another hand: no proof
    }
  }

  private static @Nullable String accepted(DataPipeline pipeline) {
    var annotations = pipeline.getMetadata().getAnnotations();
    var word = annotations == null ? null : annotations.get(AcceptedOffsets.ANNOTATION);
    try {
      return word == null ? null : AcceptedOffsets.fromJson(word).topicId();
    } catch (IllegalArgumentException e) {
      return null; // the validation tells of it
    }
  }
}
