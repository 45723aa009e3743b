package dev.acequia.operator.observe;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.SecondaryToPrimaryMapper;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What the operator watches, with no more in memory than it needs: its own objects by their labels
 * and packed, of Pods the status only, and of other people's Secrets the name.
 */
public final class EventSources {
  /**
   * Objects in one answer to a list. An object of any kind can have 1.5 MiB, and that much again
   * once it is read ({@link BoundedJson}), also one that nobody has a use for but who has made it.
   * A dozen kinds are listed at a time.
   */
  public static final long PAGE = 10;

  /** What is watched in Kafka's namespace. */
  public static final List<Class<? extends HasMetadata>> KAFKAS =
      List.of(KafkaTopic.class, KafkaUser.class);

  private EventSources() {}

  /**
   * All that is watched where pipelines are.
   *
   * @param kinds of the objects that a plan can have
   */
  public static Set<Class<? extends HasMetadata>> watched(
      Collection<Class<? extends HasMetadata>> kinds) {
    var watched =
        new LinkedHashSet<Class<? extends HasMetadata>>(
            List.of(
                DataPipeline.class,
                DataPipelineReplay.class,
                ReplicaSet.class,
                Pod.class,
                Secret.class));
    watched.addAll(kinds);
    return watched;
  }

  /**
   * The informers over a pipeline's objects in its own namespace and the Secrets it refers to.
   *
   * @param kinds of the objects that a plan can have
   * @param accessChanged told at once, beside the event, of a pipeline whose callers' Secrets
   *     changed
   */
  public static List<EventSource<?, DataPipeline>> of(
      EventSourceContext<DataPipeline> context,
      Collection<Class<? extends HasMetadata>> kinds,
      Consumer<DataPipeline> accessChanged) {
    var sources = new ArrayList<EventSource<?, DataPipeline>>();
    kinds.forEach(kind -> sources.add(own(kind, context)));
    sources.add(replicaSets(context));
    sources.add(pods(context));
    sources.add(ReferencedSecrets.create(context, accessChanged));
    sources.add(replays(context));
    return sources;
  }

  /** The informers over Strimzi's resources in Kafka's namespace. */
  public static List<EventSource<?, DataPipeline>> strimzi(
      EventSourceContext<DataPipeline> context, String namespace) {
    return KAFKAS.stream()
        .<EventSource<?, DataPipeline>>map(kind -> inNamespace(kind, namespace, context))
        .toList();
  }

  /** The informer over the pipelines that replays name. */
  public static List<EventSource<?, DataPipelineReplay>> ofReplays(
      EventSourceContext<DataPipelineReplay> context) {
    return List.of(
        source(
            InformerEventSourceConfiguration.from(DataPipeline.class, DataPipelineReplay.class)
                .withName("pipelines")
                .withNamespacesInheritedFromController()
                .withInformerListLimit(PAGE)
                .withOnUpdateFilter(ReplayedPipeline::concernsReplays)
                .withPrimaryToSecondaryMapper(
                    (DataPipelineReplay replay) -> Set.of(pipelineOf(replay)))
                .withSecondaryToPrimaryMapper(
                    pipeline ->
                        context
                            .getPrimaryCache()
                            .list(
                                pipeline.getMetadata().getNamespace(),
                                replay -> pipelineOf(replay).isSameResource(pipeline))
                            .map(ResourceID::fromResource)
                            .collect(Collectors.toSet()))
                .build(),
            pipeline -> {
              Trim.pipelineForReplays(pipeline);
              return true;
            },
            _ -> Set.of(),
            context));
  }

  /** The Pods by a pipeline's labels, of the informer that is among these. */
  @SuppressWarnings("unchecked")
  public static Function<DataPipeline, Set<Pod>> podsIn(
      Collection<EventSource<?, DataPipeline>> sources) {
    var pods =
        sources.stream()
            .filter(source -> source.name().equals(own(Pod.class)))
            .map(source -> (EventSource<Pod, DataPipeline>) source)
            .findFirst()
            .orElseThrow();
    return pods::getSecondaryResources;
  }

  /**
   * An informer that keeps trimmed objects packed.
   *
   * @param readers the pipelines whose reconcile reads an object
   */
  private static <R extends HasMetadata, P extends HasMetadata> InformerEventSource<R, P> source(
      InformerEventSourceConfiguration<R> configuration,
      Predicate<? super R> trim,
      SecondaryToPrimaryMapper<R> readers,
      EventSourceContext<P> context) {
    var packing =
        new Packing<>(
            configuration.getResourceClass(),
            context.getClient().getKubernetesSerialization(),
            trim);
    return new PackedInformer<>(packing, configuration, readers, context);
  }

  /** What an informer keeps of an object that the operator has written. */
  public static <R extends HasMetadata> R kept(R written, KubernetesSerialization json) {
    return new Packing<>(type(written), json, Trim::own).keep(written).object();
  }

  @SuppressWarnings("unchecked")
  private static <R> Class<R> type(R object) {
    return (Class<R>) object.getClass();
  }

  static String own(Class<?> type) {
    return "own-" + type.getSimpleName();
  }

  private static <R extends HasMetadata> EventSource<R, DataPipeline> own(
      Class<R> type, EventSourceContext<DataPipeline> context) {
    return source(
        labelled(type).withNamespacesInheritedFromController().build(),
        Trim::own,
        EventSources::pipelineOf,
        context);
  }

  private static <R extends HasMetadata> EventSource<R, DataPipeline> inNamespace(
      Class<R> type, String namespace, EventSourceContext<DataPipeline> context) {
    return source(
        labelled(type)
            .withNamespaces(namespace)
            .withFollowControllerNamespacesChanges(false)
            .withSecondaryToPrimaryMapper(EventSources::pipelineInKafka)
            .build(),
        Trim::ownInKafka,
        EventSources::pipelineInKafka,
        context);
  }

  /** A replay's progress is no news for its pipeline; whether it waits or has ended is. */
  private static EventSource<DataPipelineReplay, DataPipeline> replays(
      EventSourceContext<DataPipeline> context) {
    return source(
        InformerEventSourceConfiguration.from(DataPipelineReplay.class, DataPipeline.class)
            .withName(own(DataPipelineReplay.class))
            .withNamespacesInheritedFromController()
            .withInformerListLimit(PAGE)
            .withSecondaryToPrimaryMapper(replay -> Set.of(pipelineOf(replay)))
            .withOnUpdateFilter(
                (now, before) ->
                    !Objects.equals(conditions(now), conditions(before))
                        || now.isMarkedForDeletion() != before.isMarkedForDeletion())
            .build(),
        replay -> {
          Trim.replay(replay);
          return true;
        },
        replay -> Set.of(pipelineOf(replay)),
        context);
  }

  private static ResourceID pipelineOf(DataPipelineReplay replay) {
    return new ResourceID(replay.getSpec().pipeline(), replay.getMetadata().getNamespace());
  }

  private static List<String> conditions(DataPipelineReplay replay) {
    return replay.getStatus() == null
        ? List.of()
        : replay.getStatus().conditions().stream()
            .map(one -> one.getType() + one.getStatus() + one.getReason())
            .toList();
  }

  /** The link between a Pod and its Deployment. Its counts reach the Deployment's own status. */
  private static EventSource<ReplicaSet, DataPipeline> replicaSets(
      EventSourceContext<DataPipeline> context) {
    return source(
        labelled(ReplicaSet.class)
            .withNamespacesInheritedFromController()
            .withOnUpdateFilter(
                (now, before) ->
                    !Objects.equals(
                            now.getMetadata().getAnnotations(),
                            before.getMetadata().getAnnotations())
                        || !Objects.equals(now.getStatus(), before.getStatus()))
            .build(),
        Trim::replicaSet,
        EventSources::pipelineOf,
        context);
  }

  private static EventSource<Pod, DataPipeline> pods(EventSourceContext<DataPipeline> context) {
    return source(
        labelled(Pod.class)
            .withNamespacesInheritedFromController()
            .withOnUpdateFilter(
                (newPod, oldPod) ->
                    !Objects.equals(newPod.getStatus(), oldPod.getStatus())
                        || newPod.isMarkedForDeletion() != oldPod.isMarkedForDeletion())
            .build(),
        Trim::pod,
        EventSources::pipelineOf,
        context);
  }

  private static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> labelled(
      Class<R> type) {
    return InformerEventSourceConfiguration.from(type, DataPipeline.class)
        .withName(own(type))
        .withLabelSelector(PipelineNames.OWN_OBJECTS)
        .withInformerListLimit(PAGE)
        .withSecondaryToPrimaryMapper(EventSources::pipelineOf);
  }

  /**
   * By labels rather than owner, since a Pod's owner is a ReplicaSet. Anyone may write a label, so
   * it only says which pipeline of the object's own namespace to reconcile; {@link Children} goes
   * by the owner.
   */
  private static Set<ResourceID> pipelineOf(HasMetadata object) {
    var name = object.getMetadata().getLabels().get(PipelineNames.INSTANCE_LABEL);
    return name == null
        ? Set.of()
        : Set.of(new ResourceID(name, object.getMetadata().getNamespace()));
  }

  /**
   * No owner reference reaches into Kafka's namespace. The labels lead to a pipeline only from an
   * object that bears one of the names that this pipeline gives.
   */
  private static Set<ResourceID> pipelineInKafka(HasMetadata object) {
    var labels = object.getMetadata().getLabels();
    var namespace = labels.get(PipelineNames.NAMESPACE_LABEL);
    var pipeline = labels.get(PipelineNames.INSTANCE_LABEL);
    if (namespace == null || pipeline == null) {
      return Set.of();
    }
    var names = new PipelineNames(namespace, pipeline);
    var own = Set.of(names.topic(), names.deadLetterTopic());
    var name = object.getMetadata().getName();
    return own.contains(name) || names.kafkaUser().equals(name)
        ? Set.of(new ResourceID(pipeline, namespace))
        : Set.of();
  }
}
