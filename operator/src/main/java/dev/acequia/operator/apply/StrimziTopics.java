package dev.acequia.operator.apply;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.Children;
import dev.acequia.operator.observe.EventSources;
import dev.acequia.operator.observe.ForeignObject;
import dev.acequia.operator.observe.ForeignReads;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Topics and users by Strimzi's operators. Its resources live in Kafka's namespace, where no owner
 * reference reaches: labels find them, and the finalizer removes them.
 */
public final class StrimziTopics implements TopicProvider {
  private final KubernetesClient client;
  private final PlatformConfig.Kafka kafka;
  private final PlatformConfig.Strimzi strimzi;

  /** What reconciles in progress have read: each asks twice. */
  private final Map<PipelineNames, KafkaCredentials> inUse = new ConcurrentHashMap<>();

  public StrimziTopics(KubernetesClient client, PlatformConfig.Kafka kafka) {
    this.client = client;
    this.kafka = kafka;
    this.strimzi = Objects.requireNonNull(kafka.strimzi());
  }

  @Override
  public Result ensure(TopicClaimant claimant, TopicsPlan topics, Children children) {
    var names = claimant.names();
    try {
      if (topics.records().adopted()) {
        requireAdoptable(names, topics.records().name(), children);
      }
    } catch (TopicRefusal e) {
      return new Result(e.state(), List.of());
    }
    var applier = new ObjectApplier(client, children);
    var changes = new ArrayList<String>();
    for (var object : new StrimziPlan(names, claimant.uid(), topics, strimzi).objects()) {
      if (applier.apply(object)) {
        changes.add(
            "Created %s %s in namespace %s"
                .formatted(object.getKind(), object.getMetadata().getName(), strimzi.namespace()));
      }
    }
    return new Result(state(names, topics, children), changes);
  }

  @Override
  public void ended(PipelineNames names) {
    inUse.remove(names);
  }

  @Override
  public Optional<KafkaCredentials> credentials(PipelineNames names) {
    return Optional.ofNullable(inUse.get(names)).or(() -> read(names));
  }

  private Optional<KafkaCredentials> read(PipelineNames names) {
    if (strimzi.authentication() == PlatformConfig.Strimzi.Authentication.NONE) {
      return Optional.empty();
    }
    return value(names, names.kafkaUser(), "password")
        .flatMap(
            password ->
                value(names, strimzi.cluster() + "-cluster-ca-cert", "ca.crt")
                    .map(
                        certificate ->
                            KafkaCredentials.scram(names.kafkaUser(), password, certificate)));
  }

  @Override
  public Deletion delete(TopicClaimant claimant) {
    var names = claimant.names();
    var gone = delete(KafkaUser.class, names.kafkaUser());
    var left = new ArrayList<String>();
    for (var topic :
        claimant.adopted() == null
            ? List.of(names.topic(), names.deadLetterTopic())
            : List.of(names.deadLetterTopic())) {
      var resource =
          client.resources(KafkaTopic.class).inNamespace(strimzi.namespace()).withName(topic).get();
      if (resource == null) {
        continue;
      }
      if (mayDelete(resource, claimant)) {
        gone &= delete(KafkaTopic.class, topic);
      } else {
        left.add(topic);
      }
    }
    return new Deletion(gone, left);
  }

  /**
   * Whether this very resource made the topic, or took it over as its own. What a predecessor
   * retained, and this one never took, stays. Versions before the annotation left definitions.
   */
  private static boolean mayDelete(KafkaTopic topic, TopicClaimant claimant) {
    if (!isOurs(topic)) {
      return false;
    }
    var annotations = topic.getMetadata().getAnnotations();
    var uid = annotations == null ? null : annotations.get(PipelineNames.UID_ANNOTATION);
    if (uid != null) {
      return uid.equals(claimant.uid());
    }
    return topic.getMetadata().getName().equals(claimant.names().deadLetterTopic())
        ? !claimant.definedFor().isEmpty()
        : topic.getStatus() != null
            && topic.getStatus().getTopicId() != null
            && claimant.definedFor().contains(topic.getStatus().getTopicId());
  }

  @Override
  public Deletion retire(TopicClaimant claimant) {
    delete(KafkaUser.class, claimant.names().kafkaUser());
    return new Deletion(true, List.of());
  }

  /**
   * A topic that another pipeline made or adopted is not adoptable. Of two that adopt the same, the
   * older has it, unless validation refuses that one.
   */
  private void requireAdoptable(PipelineNames names, String topic, Children children) {
    var resource = adopted(topic);
    if (resource == null) {
      throw TopicRefusal.absentInStrimzi(topic, strimzi.namespace());
    }
    var labels = resource.getMetadata().getLabels();
    var maker =
        new PipelineNames(
            String.valueOf(labels.get(PipelineNames.NAMESPACE_LABEL)),
            String.valueOf(labels.get(PipelineNames.INSTANCE_LABEL)));
    if (isOurs(resource) && !maker.equals(names)) {
      throw TopicRefusal.adoptedBy(maker, topic);
    }
    var first =
        children
            .context()
            .getPrimaryCache()
            .list(other -> TopicsPlan.adopted(other.getSpec()).filter(topic::equals).isPresent())
            .filter(other -> kafka.mayAdopt(other.getMetadata().getNamespace(), topic))
            .min(
                Comparator.comparing(
                        (DataPipeline other) -> other.getMetadata().getCreationTimestamp())
                    .thenComparing(other -> other.getMetadata().getUid()))
            .map(PipelineNames::of);
    if (first.isPresent() && !first.get().equals(names)) {
      throw TopicRefusal.adoptedBy(first.get(), topic);
    }
  }

  /** Null also when a KafkaTopic of this name stands for a topic of another name. */
  private @Nullable KafkaTopic adopted(String topic) {
    var found =
        client.resources(KafkaTopic.class).inNamespace(strimzi.namespace()).withName(topic).get();
    return found == null
            || !topic.equals(Objects.requireNonNullElse(found.getSpec().getTopicName(), topic))
        ? null
        : found;
  }

  @Override
  public void forget(PipelineNames names) {} // nothing is kept

  @Override
  public List<EventSource<?, DataPipeline>> eventSources(EventSourceContext<DataPipeline> context) {
    return EventSources.strimzi(context, strimzi.namespace());
  }

  private TopicState state(PipelineNames names, TopicsPlan topics, Children children) {
    for (var desired : topics.all()) {
      var topic = topic(desired, children);
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
    var credentials = read(names);
    credentials.ifPresent(found -> inUse.put(names, found));
    if (strimzi.authentication() != PlatformConfig.Strimzi.Authentication.NONE
        && credentials.isEmpty()) {
      return new TopicState.Missing(
          "WaitingForStrimzi",
          "Strimzi's user operator has not made the Secret of KafkaUser %s in namespace %s"
              .formatted(names.kafkaUser(), strimzi.namespace()));
    }
    var records = topic(topics.records(), children).orElseThrow();
    var partitions = records.getSpec().getPartitions();
    return partitions == null
        ? new TopicState.Missing(
            "WaitingForStrimzi",
            "KafkaTopic %s in namespace %s does not say how many partitions it has: set spec.partitions"
                .formatted(topics.records().name(), strimzi.namespace()))
        : new TopicState.Present(
            new Facts.Topic(records.getStatus().getTopicId(), partitions), null);
  }

  /** The informer holds the operator's own only. */
  private Optional<KafkaTopic> topic(TopicsPlan.DesiredTopic desired, Children children) {
    return desired.adopted()
        ? Optional.ofNullable(adopted(desired.name()))
        : children
            .source(KafkaTopic.class)
            .get(new ResourceID(desired.name(), strimzi.namespace()));
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
  private <R extends HasMetadata> boolean delete(Class<R> type, String name) {
    var resource = client.resources(type).inNamespace(strimzi.namespace()).withName(name);
    if (!isOurs(resource.get())) {
      return true;
    }
    resource.delete();
    return !isOurs(resource.get()); // Strimzi's own finalizer may hold it for a while
  }

  private static boolean isOurs(@Nullable HasMetadata object) {
    return object != null
        && PipelineNames.MANAGER.equals(
            object.getMetadata().getLabels().get(PipelineNames.MANAGED_BY_LABEL));
  }

  private Optional<String> value(PipelineNames asking, String secret, String key) {
    return ForeignReads.judge(
        asking.namespace(),
        ForeignObject.of(client, Secret.class, strimzi.namespace(), secret),
        found ->
            found
                .map(Secret::getData)
                .map(data -> data.get(key))
                .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8)));
  }
}
