package dev.acequia.operator.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.topic.KafkaTopicBuilder;
import io.strimzi.api.kafka.model.user.KafkaUser;
import io.strimzi.api.kafka.model.user.KafkaUserBuilder;
import io.strimzi.api.kafka.model.user.acl.AclRule;
import io.strimzi.api.kafka.model.user.acl.AclRuleBuilder;
import io.strimzi.api.kafka.model.user.acl.StrimziAclOperation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline's topics and user as Strimzi's resources. They live in Kafka's namespace, since
 * Strimzi's topic operator watches that one only; labels tie them to the pipeline.
 *
 * @param uid the resource's own, which may delete the topics; null where there is none yet
 */
public record StrimziPlan(
    PipelineNames names, @Nullable String uid, TopicsPlan topics, PlatformConfig.Strimzi strimzi) {

  public List<HasMetadata> objects() {
    var objects = new ArrayList<HasMetadata>();
    topics.own().forEach(topic -> objects.add(topic(topic)));
    if (strimzi.authentication() == PlatformConfig.Strimzi.Authentication.SCRAM_SHA_512) {
      objects.add(user());
    }
    return objects;
  }

  private KafkaTopic topic(TopicsPlan.DesiredTopic topic) {
    var metadata = metadata(topic.name());
    if (uid != null) {
      metadata.setAnnotations(Map.of(PipelineNames.UID_ANNOTATION, uid));
    }
    return new KafkaTopicBuilder()
        .withMetadata(metadata)
        .withNewSpec()
        .withTopicName(topic.name())
        .withPartitions(topic.partitions())
        .withReplicas(topic.replicationFactor())
        .withConfig(new TreeMap<>(topic.settings()))
        .endSpec()
        .build();
  }

  private KafkaUser user() {
    return new KafkaUserBuilder()
        .withMetadata(metadata(names.kafkaUser()))
        .withNewSpec()
        .withNewKafkaUserScramSha512ClientAuthentication()
        .endKafkaUserScramSha512ClientAuthentication()
        .withNewKafkaUserAuthorizationSimple()
        .withAcls(
            onTopic(
                topics.records().name(),
                StrimziAclOperation.READ,
                StrimziAclOperation.WRITE,
                StrimziAclOperation.DESCRIBE),
            onTopic(
                names.deadLetterTopic(),
                StrimziAclOperation.READ,
                StrimziAclOperation.WRITE,
                StrimziAclOperation.DESCRIBE),
            new AclRuleBuilder()
                .withNewAclRuleGroupResource()
                .withName(names.consumerGroup())
                .endAclRuleGroupResource()
                .withOperations(StrimziAclOperation.READ)
                .build())
        .endKafkaUserAuthorizationSimple()
        .endSpec()
        .build();
  }

  private static AclRule onTopic(String topic, StrimziAclOperation... operations) {
    return new AclRuleBuilder()
        .withNewAclRuleTopicResource()
        .withName(topic)
        .endAclRuleTopicResource()
        .withOperations(operations)
        .build();
  }

  private ObjectMeta metadata(String name) {
    var labels = new LinkedHashMap<>(names.labels());
    labels.put(PipelineNames.NAMESPACE_LABEL, names.namespace());
    labels.put("strimzi.io/cluster", strimzi.cluster());
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(strimzi.namespace())
        .withLabels(labels)
        .build();
  }
}
