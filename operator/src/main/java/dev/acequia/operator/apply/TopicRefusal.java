package dev.acequia.operator.apply;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelineNames;

/** A topic is not this pipeline's to take; the message says whose it is and what to do. */
final class TopicRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  private TopicRefusal(String reason, String message) {
    super(message, null, false, false); // an answer rather than a failure
    this.reason = reason;
  }

  static TopicRefusal heldBy(TopicOwner holder, String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s belongs to %s, so %s cannot use it. Give this pipeline another name, or delete that one%s"
            .formatted(topic, holder, asking, formerName(holder, asking)));
  }

  static TopicRefusal keptFor(TopicOwner keeper, String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s was retained when %s was deleted. This is %s. %s"
            .formatted(topic, keeper, asking, waysToTake(topic, asking)));
  }

  static TopicRefusal keptForAnother(TopicOwner keeper, String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s was retained when %s was deleted, and waits for it. This is %s. %s"
            .formatted(topic, keeper, asking, askToList(topic)));
  }

  static TopicRefusal ofAnotherNamespace(String namespace, String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s has the name of a topic of namespace %s. This is %s. %s"
            .formatted(topic, namespace, asking, askToList(topic)));
  }

  static TopicRefusal nobodys(String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s was there before %s, and was not made for it. %s"
            .formatted(topic, asking, waysToTake(topic, asking)));
  }

  static TopicRefusal deadLettersNobodys(String topic, TopicOwner asking) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s was there before %s, which needs it for dead letters. Give this pipeline another name, or delete the topic if nobody needs it"
            .formatted(topic, asking));
  }

  static TopicRefusal absent(String topic) {
    return new TopicRefusal(
        TopicState.Refused.TOPIC_MISSING,
        "Topic %s does not exist, and spec.topic adopts it: create it, or create the pipeline without spec.topic.name"
            .formatted(topic));
  }

  static TopicRefusal absentInStrimzi(String topic, String namespace) {
    return new TopicRefusal(
        TopicState.Refused.TOPIC_MISSING,
        "KafkaTopic %s does not exist in namespace %s, and spec.topic adopts it: create one whose name and topicName are the topic's, or create the pipeline without spec.topic.name"
            .formatted(topic, namespace));
  }

  static TopicRefusal adoptedBy(PipelineNames other, String topic) {
    return new TopicRefusal(
        TopicState.Refused.NAME_TAKEN,
        "Topic %s belongs to DataPipeline %s/%s: no two pipelines share a topic"
            .formatted(topic, other.namespace(), other.pipeline()));
  }

  private static String formerName(TopicOwner holder, TopicOwner asking) {
    return holder.installation().equals(asking.installation())
        ? ""
        : ". If that is a former name of this operator, set platform.installation to "
            + holder.installation();
  }

  private static String askToList(String topic) {
    return "Adopt another topic, or ask the platform team to list %s in platform.kafka.adoptable"
        .formatted(topic);
  }

  private static String waysToTake(String topic, TopicOwner asking) {
    return "Give this pipeline another name. Or create it again with spec.topic: {name: %s, adopt: true}, which never changes the topic. Or make the topic its own, to be changed and deleted with it: ./acequia offsets accept %s --namespace %s --to earliest (writes %s)"
        .formatted(topic, asking.pipeline(), asking.namespace(), AcceptedOffsets.ANNOTATION);
  }

  TopicState.Refused state() {
    return new TopicState.Refused(reason, String.valueOf(getMessage()));
  }
}
