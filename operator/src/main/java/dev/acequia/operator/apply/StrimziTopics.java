package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.KafkaCredentials;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.StrimziPlan;
import dev.acequia.operator.plan.TopicsPlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.strimzi.api.kafka.model.common.Condition;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Topics and users by Strimzi's operators. Its resources live in Kafka's namespace, where no owner
 * reference reaches: labels find them, and the finalizer removes them.
 */
public final class StrimziTopics implements TopicProvider {
  private final KubernetesClient client;
  private final PlatformConfig.Strimzi strimzi;

  public StrimziTopics(KubernetesClient client, PlatformConfig.Strimzi strimzi) {
    this.client = client;
    this.strimzi = strimzi;
  }

  @Override
  public Result ensure(PipelineNames names, TopicsPlan topics, Children children) {
    var applier = new ObjectApplier(client, children);
    var changes = new ArrayList<String>();
    for (var object : new StrimziPlan(names, topics, strimzi).objects()) {
      if (applier.apply(object)) {
        changes.add(
            "Created %s %s in namespace %s"
                .formatted(object.getKind(), object.getMetadata().getName(), strimzi.namespace()));
      }
    }
    return new Result(state(names, topics, children), changes);
  }

  @Override
  public Optional<KafkaCredentials> credentials(PipelineNames names) {
    if (strimzi.authentication() == PlatformConfig.Strimzi.Authentication.NONE) {
      return Optional.empty();
    }
    return value(names.kafkaUser(), "password")
        .flatMap(
            password ->
                value(strimzi.cluster() + "-cluster-ca-cert", "ca.crt")
                    .map(
                        certificate ->
                            new KafkaCredentials(names.kafkaUser(), password, certificate)));
  }

  @Override
  public boolean delete(PipelineNames names) {
    var userGone = delete(KafkaUser.class, names.kafkaUser());
    return delete(KafkaTopic.class, names.topic(), names.deadLetterTopic()) && userGone;
  }

  @Override
  public void retire(PipelineNames names) {
    delete(KafkaUser.class, names.kafkaUser());
  }

  @Override
  public void forget(PipelineNames names) {} // nothing is kept

  @Override
  public List<EventSource<?, DataPipeline>> eventSources(EventSourceContext<DataPipeline> context) {
    return EventSources.strimzi(context, strimzi.namespace());
  }

  private TopicState state(PipelineNames names, TopicsPlan topics, Children children) {
    for (var desired : topics.all()) {
      var topic =
          children
              .source(KafkaTopic.class)
              .get(new ResourceID(desired.name(), strimzi.namespace()));
      if (topic.isEmpty() || !isCurrent(topic.get())) {
        return new TopicState.Missing(
            "WaitingForStrimzi",
            "Strimzi's topic operator has not answered for KafkaTopic %s in namespace %s"
                .formatted(desired.name(), strimzi.namespace()));
      }
      var refusal = refusal(topic.get());
      if (refusal.isPresent()) {
        return new TopicState.Missing(
            "StrimziRefused",
            "KafkaTopic %s in namespace %s is not ready: %s"
                .formatted(desired.name(), strimzi.namespace(), refusal.get()));
      }
    }
    if (strimzi.authentication() != PlatformConfig.Strimzi.Authentication.NONE
        && credentials(names).isEmpty()) {
      return new TopicState.Missing(
          "WaitingForStrimzi",
          "Strimzi's user operator has not made the Secret of KafkaUser %s in namespace %s"
              .formatted(names.kafkaUser(), strimzi.namespace()));
    }
    var records =
        children
            .source(KafkaTopic.class)
            .get(new ResourceID(topics.records().name(), strimzi.namespace()))
            .orElseThrow();
    return new TopicState.Present(
        new Facts.Topic(records.getStatus().getTopicId(), records.getSpec().getPartitions()), null);
  }

  private static boolean isCurrent(KafkaTopic topic) {
    return topic.getStatus() != null
        && topic.getStatus().getTopicId() != null
        && Objects.equals(
            topic.getStatus().getObservedGeneration(), topic.getMetadata().getGeneration());
  }

  private static Optional<String> refusal(KafkaTopic topic) {
    return topic.getStatus().getConditions().stream()
        .filter(condition -> "Ready".equals(condition.getType()))
        .filter(condition -> !"True".equals(condition.getStatus()))
        .map(Condition::getMessage)
        .map(String::valueOf)
        .findFirst();
  }

  /** By name: whoever may label another's topic must not have it deleted. */
  private <R extends HasMetadata> boolean delete(Class<R> type, String... names) {
    var gone = true;
    for (var name : names) {
      var resource = client.resources(type).inNamespace(strimzi.namespace()).withName(name);
      if (isOurs(resource.get())) {
        resource.delete();
        gone &= !isOurs(resource.get()); // Strimzi's own finalizer may hold it for a while
      }
    }
    return gone;
  }

  private static boolean isOurs(@Nullable HasMetadata object) {
    return object != null
        && PipelineNames.MANAGER.equals(
            object.getMetadata().getLabels().get(PipelineNames.MANAGED_BY_LABEL));
  }

  private Optional<String> value(String secret, String key) {
    return Optional.ofNullable(
            client.secrets().inNamespace(strimzi.namespace()).withName(secret).get())
        .map(Secret::getData)
        .map(data -> data.get(key))
        .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
  }
}
