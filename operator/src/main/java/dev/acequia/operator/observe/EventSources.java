package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.plan.AccessPlan;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.TransformingItemStore;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the operator watches, with no more in memory than it needs: its own objects by their labels,
 * of Pods the status only, and of other people's Secrets the name.
 */
public final class EventSources {
  private static final long PAGE = 500;
  private static final String REFERENCED_SECRETS = "referenced-secrets";

  private EventSources() {}

  /** The informers over a pipeline's objects in its own namespace and the Secrets it refers to. */
  public static List<EventSource<?, DataPipeline>> of(EventSourceContext<DataPipeline> context) {
    var sources = new ArrayList<EventSource<?, DataPipeline>>();
    sources.add(own(ConfigMap.class, context));
    sources.add(own(Secret.class, context));
    sources.add(own(ServiceAccount.class, context));
    sources.add(own(Service.class, context));
    sources.add(own(Job.class, context));
    sources.add(own(Deployment.class, context));
    sources.add(pods(context));
    sources.add(referencedSecrets(context));
    return sources;
  }

  /** The informers over Strimzi's resources in Kafka's namespace. */
  public static List<EventSource<?, DataPipeline>> strimzi(
      EventSourceContext<DataPipeline> context, String namespace) {
    return List.of(
        inNamespace(KafkaTopic.class, namespace, context),
        inNamespace(KafkaUser.class, namespace, context));
  }

  static String own(Class<?> type) {
    return "own-" + type.getSimpleName();
  }

  private static <R extends HasMetadata> EventSource<R, DataPipeline> own(
      Class<R> type, EventSourceContext<DataPipeline> context) {
    return new InformerEventSource<>(labelled(type).withWatchAllNamespaces().build(), context);
  }

  private static <R extends HasMetadata> EventSource<R, DataPipeline> inNamespace(
      Class<R> type, String namespace, EventSourceContext<DataPipeline> context) {
    return new InformerEventSource<>(labelled(type).withNamespaces(namespace).build(), context);
  }

  /** A Pod's spec is most of it, and is never looked at. */
  private static EventSource<Pod, DataPipeline> pods(EventSourceContext<DataPipeline> context) {
    ItemStore<Pod> statusOnly =
        new TransformingItemStore<>(
            pod ->
                new PodBuilder(pod)
                    .editMetadata()
                    .withManagedFields()
                    .endMetadata()
                    .withNewSpec()
                    .endSpec()
                    .build());
    return new InformerEventSource<>(
        labelled(Pod.class)
            .withWatchAllNamespaces()
            .withItemStore(statusOnly)
            .withOnUpdateFilter(
                (newPod, oldPod) ->
                    !Objects.equals(newPod.getStatus(), oldPod.getStatus())
                        || newPod.isMarkedForDeletion() != oldPod.isMarkedForDeletion())
            .build(),
        context);
  }

  /**
   * Secrets that users made and pipelines refer to have no label to select them by, and a changed
   * password should not wait for a resync. So all Secrets are watched but for Helm's, which are
   * large and many; of each only the name is kept, and the reconcile reads the one it needs.
   */
  private static EventSource<Secret, DataPipeline> referencedSecrets(
      EventSourceContext<DataPipeline> context) {
    ItemStore<Secret> namesOnly =
        new TransformingItemStore<>(
            secret ->
                new SecretBuilder()
                    .withMetadata(
                        new ObjectMetaBuilder().withUid(secret.getMetadata().getUid()).build())
                    .build());
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(Secret.class, DataPipeline.class)
            .withName(REFERENCED_SECRETS)
            .withWatchAllNamespaces()
            .withLabelSelector(PipelineNames.MANAGED_BY_LABEL + "!=" + PipelineNames.MANAGER)
            .withFieldSelector(
                new FieldSelectorBuilder().withoutField("type", "helm.sh/release.v1").build())
            .withInformerListLimit(PAGE)
            .withItemStore(namesOnly)
            .withPrimaryToSecondaryMapper((DataPipeline _) -> Set.of())
            .withSecondaryToPrimaryMapper(
                secret ->
                    context
                        .getPrimaryCache()
                        .list(
                            secret.getMetadata().getNamespace(),
                            pipeline -> refersTo(pipeline, secret.getMetadata().getName()))
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
            .build(),
        context);
  }

  private static boolean refersTo(DataPipeline pipeline, String secret) {
    if (pipeline.getSpec() == null) {
      return false;
    }
    if (AccessPlan.of(pipeline.getSpec()).secrets().contains(secret)) {
      return true;
    }
    var store = pipeline.getSpec().store();
    return store != null
        && store.postgres() != null
        && (secret.equals(store.postgres().secretName())
            || secret.equals(store.postgres().writerSecretName())
            || secret.equals(store.postgres().readerSecretName()));
  }

  private static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> labelled(
      Class<R> type) {
    return InformerEventSourceConfiguration.from(type, DataPipeline.class)
        .withName(own(type))
        .withLabelSelector(PipelineNames.OWN_OBJECTS)
        .withInformerListLimit(PAGE)
        .withSecondaryToPrimaryMapper(EventSources::pipelineOf);
  }

  /** By labels rather than owner: a Pod's owner is a ReplicaSet, a KafkaTopic has none. */
  private static Set<ResourceID> pipelineOf(HasMetadata object) {
    var labels = object.getMetadata().getLabels();
    var namespace =
        labels.getOrDefault(PipelineNames.NAMESPACE_LABEL, object.getMetadata().getNamespace());
    var name = labels.get(PipelineNames.INSTANCE_LABEL);
    return name == null ? Set.of() : Set.of(new ResourceID(name, namespace));
  }
}
