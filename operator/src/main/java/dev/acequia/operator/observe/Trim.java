package dev.acequia.operator.observe;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.AllowedRewrite;
import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.UnknownFields;
import dev.acequia.crds.ApiSpec;
import dev.acequia.crds.ConsumerSpec;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import dev.acequia.crds.DataPipelineReplaySpec;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.DeletionPolicy;
import dev.acequia.crds.ReplayFrom;
import dev.acequia.crds.SchemaSpec;
import dev.acequia.crds.SloSpec;
import dev.acequia.crds.StoreSpec;
import dev.acequia.crds.TopicSpec;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes from an object what nobody reads, before an informer keeps it. The object is changed
 * itself: it has just been read, and handlers then compare like with like.
 *
 * <p>Whoever may write in one namespace may write labels, so also what is not the operator's own is
 * watched. Such an object may have any size, and there may be any number.
 */
public final class Trim {
  /**
   * 500 fields with the longest documentation and values make a definition of 450 KiB, and 1,000
   * partitions a replay of 250 KiB.
   */
  private static final int MOST_CHARS_WITH_LISTS = 512 * 1024;

  /** A Deployment of ours has some 10 KiB; a Pod that a mesh adds containers to has more. */
  private static final int MOST_CHARS = 64 * 1024;

  /** A copy of the whole resource, for kubectl alone. */
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  /** Stands for those annotations of a pipeline that the operator does not read. */
  private static final String OTHERS = DataPipeline.GROUP + "/other-annotations";

  /** Those of a pipeline that the operator reads. */
  private static final Set<String> READ =
      Set.of(
          AcceptedOffsets.ANNOTATION, AllowedRewrite.ANNOTATION, PipelineNames.UNREADABLE, OTHERS);

  /** A value that is longer is none that the operator understands, with or without its end. */
  private static final int MOST_CHARS_OF_ANNOTATION = 1024;

  /** Beyond these, the pipeline that has them is not deleted until some are gone. */
  private static final int MOST_FINALIZERS = 64;

  /** Which ReplicaSet is a Deployment's newest. */
  private static final String REVISION = "deployment.kubernetes.io/revision";

  private static final Set<String> LABELS =
      Set.of(
          PipelineNames.NAME_LABEL,
          PipelineNames.INSTANCE_LABEL,
          PipelineNames.MANAGED_BY_LABEL,
          PipelineNames.COMPONENT_LABEL,
          PipelineNames.NAMESPACE_LABEL);

  /** Stands for owners of any size, and controls nothing. */
  private static final OwnerReference SOME_OWNER =
      new OwnerReferenceBuilder()
          .withApiVersion("v1")
          .withKind("Other")
          .withName("other")
          .withUid("other")
          .build();

  private static final SchemaSpec NO_SCHEMA =
      new SchemaSpec(List.of(), List.of(), UnknownFields.REJECT);

  /**
   * Stands for a missing spec, which only an older version of the resource allows. It is refused
   * like any other that names no field and no store.
   */
  private static final DataPipelineSpec NO_SPEC =
      new DataPipelineSpec(
          null,
          NO_SCHEMA,
          TopicSpec.DEFAULT,
          StoreSpec.NONE,
          ConsumerSpec.DEFAULT,
          ApiSpec.DEFAULT,
          null,
          SloSpec.DEFAULT,
          null,
          DeletionPolicy.RETAIN,
          false);

  private static final ReplayFrom NOWHERE = new ReplayFrom(null, List.of(), null);

  /** No resource can have this name. */
  private static final String NO_PIPELINE = "-";

  private Trim() {}

  /** The length of JSON that none of the operator's own objects of a kind exceeds, trimmed. */
  static int mostChars(Class<?> kind) {
    return kind == ConfigMap.class || kind == DataPipelineReplay.class
        ? MOST_CHARS_WITH_LISTS
        : MOST_CHARS;
  }

  /**
   * A pipeline: who wrote which field is never asked. Of annotations that the operator does not
   * read a fingerprint is kept, since a change of them has a pipeline reconciled.
   */
  public static DataPipeline pipeline(DataPipeline pipeline) {
    custom(pipeline);
    pipeline.setSpec(spec(pipeline));
    var metadata = pipeline.getMetadata();
    if (metadata.getAnnotations() == null) {
      return pipeline;
    }
    var read = new TreeMap<String, String>();
    var others = new TreeMap<String, String>();
    metadata
        .getAnnotations()
        .forEach(
            (name, value) -> {
              if (READ.contains(name)) {
                read.put(name, cut(value));
              } else if (!name.equals(LAST_APPLIED)) {
                others.put(name, value);
              }
            });
    if (!others.isEmpty()) {
      read.put(
          OTHERS,
          Fingerprint.of(
              others.entrySet().stream()
                  .flatMap(other -> Stream.of(other.getKey(), other.getValue()))
                  .toArray(String[]::new)));
    }
    metadata.setAnnotations(read);
    return pipeline;
  }

  private static String cut(String value) {
    return value.length() <= MOST_CHARS_OF_ANNOTATION
        ? value
        : value.substring(0, MOST_CHARS_OF_ANNOTATION);
  }

  private static DataPipelineSpec spec(DataPipeline pipeline) {
    return Objects.requireNonNullElse(pipeline.getSpec(), NO_SPEC);
  }

  /** A replay: none of its annotations is read. */
  public static DataPipelineReplay replay(DataPipelineReplay replay) {
    custom(replay);
    if (replay.getSpec() == null) {
      replay.setSpec(replayOf(NO_PIPELINE));
    }
    replay.getMetadata().setAnnotations(Map.of());
    return replay;
  }

  /**
   * Of the operator's own resources neither labels nor owners are read. Finalizers keep their
   * places: the framework removes its own by that.
   */
  private static void custom(HasMetadata object) {
    withoutManagers(object);
    var metadata = object.getMetadata();
    metadata.setLabels(Map.of());
    metadata.setOwnerReferences(List.of());
    metadata.setFinalizers(metadata.getFinalizers().stream().limit(MOST_FINALIZERS).toList());
  }

  /** A pipeline for its replays: whether it reads, from which topic, and whether it is stalled. */
  static void pipelineForReplays(DataPipeline pipeline) {
    custom(pipeline);
    pipeline.getMetadata().setAnnotations(Map.of());
    var spec = spec(pipeline);
    pipeline.setSpec(
        new DataPipelineSpec(
            null,
            NO_SCHEMA,
            spec.topic(),
            spec.store(),
            spec.consumer(),
            spec.api(),
            null,
            spec.slo(),
            null,
            spec.deletionPolicy(),
            spec.suspend()));
    var status = pipeline.getStatus();
    if (status != null) {
      pipeline.setStatus(
          new DataPipelineStatus(
              null, status.conditions(), null, null, null, null, null, null, null, null, null));
    }
  }

  /**
   * An object of the operator's own: which fields it wrote tells what differs from a plan.
   *
   * @return whether it can be one, since it is tied to some pipeline
   */
  static boolean own(HasMetadata object) {
    var metadata = object.getMetadata();
    metadata.setManagedFields(
        metadata.getManagedFields().stream()
            .filter(entry -> PipelineNames.MANAGER.equals(entry.getManager()))
            .toList());
    keepAnnotations(metadata, written(metadata));
    return isControlledBy(object, Set.of(DataPipeline.KIND))
        || (metadata.getOwnerReferences().isEmpty()
            && metadata.getAnnotations().containsKey(PipelineNames.UID_ANNOTATION));
  }

  /** The same in Kafka's namespace, into which no owner reference reaches. */
  static boolean ownInKafka(HasMetadata object) {
    var _ = own(object);
    return true;
  }

  /** A Pod's spec is most of it; whose network it is in decides who is asked. */
  static boolean pod(Pod pod) {
    withoutManagers(pod);
    keepAnnotations(pod.getMetadata(), Set.of());
    var spec = new PodSpec();
    if (pod.getSpec() != null) {
      spec.setHostNetwork(pod.getSpec().getHostNetwork());
    }
    pod.setSpec(spec);
    return Owner.maker(pod).isPresent();
  }

  /** The link between a Pod and its Deployment. */
  static boolean replicaSet(ReplicaSet set) {
    withoutManagers(set);
    keepAnnotations(set.getMetadata(), Set.of());
    set.setSpec(new ReplicaSetSpec());
    return isControlledBy(set, Set.of("Deployment"));
  }

  /**
   * Gives a stub what is kept of an object that is not the operator's: that it is there, and which
   * pipeline to reconcile when it changes.
   */
  static void identify(HasMetadata object, HasMetadata stub) {
    stub.setMetadata(identity(object.getMetadata()));
    if (stub instanceof DataPipeline pipeline) {
      pipeline.setSpec(NO_SPEC);
    } else if (object instanceof DataPipelineReplay replay
        && stub instanceof DataPipelineReplay stubOfReplay) {
      var spec = replay.getSpec();
      stubOfReplay.setSpec(replayOf(spec == null ? NO_PIPELINE : spec.pipeline()));
    }
  }

  private static DataPipelineReplaySpec replayOf(String pipeline) {
    return new DataPipelineReplaySpec(pipeline, NOWHERE, null, true);
  }

  /**
   * Whether an object has owners is kept, but none that controls it, so nobody takes it for a
   * pipeline's.
   */
  private static ObjectMeta identity(ObjectMeta metadata) {
    var labels = new LinkedHashMap<String, String>();
    if (metadata.getLabels() != null) {
      LABELS.forEach(
          name -> {
            var value = metadata.getLabels().get(name);
            if (value != null) {
              labels.put(name, value);
            }
          });
    }
    return new ObjectMetaBuilder()
        .withName(metadata.getName())
        .withNamespace(metadata.getNamespace())
        .withUid(metadata.getUid())
        .withResourceVersion(metadata.getResourceVersion())
        .withGeneration(metadata.getGeneration())
        .withCreationTimestamp(metadata.getCreationTimestamp())
        .withDeletionTimestamp(metadata.getDeletionTimestamp())
        .withLabels(labels)
        .withAnnotations(Map.of())
        .withOwnerReferences(
            metadata.getOwnerReferences().isEmpty() ? List.of() : List.of(SOME_OWNER))
        .build();
  }

  private static boolean isControlledBy(HasMetadata object, Set<String> kinds) {
    return object.getMetadata().getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .map(OwnerReference::getKind)
        .anyMatch(kinds::contains);
  }

  /** The names of annotations that the operator wrote, by the managed fields that are left. */
  private static Set<String> written(ObjectMeta metadata) {
    return metadata.getManagedFields().stream()
        .map(ManagedFieldsEntry::getFieldsV1)
        .filter(Objects::nonNull)
        .map(fields -> fields.getAdditionalProperties().get("f:metadata"))
        .map(fields -> fields instanceof Map<?, ?> map ? map.get("f:annotations") : null)
        .flatMap(names -> names instanceof Map<?, ?> map ? map.keySet().stream() : Stream.empty())
        .map(name -> name.toString().replaceFirst("^f:", ""))
        .collect(Collectors.toSet());
  }

  /** The operator's own, further ones, and those by which it tells ReplicaSets apart. */
  private static void keepAnnotations(ObjectMeta metadata, Set<String> further) {
    var kept = new TreeMap<String, String>();
    if (metadata.getAnnotations() != null) {
      metadata
          .getAnnotations()
          .forEach(
              (name, value) -> {
                if (name.startsWith(DataPipeline.GROUP + "/")
                    || name.equals(REVISION)
                    || further.contains(name)) {
                  kept.put(name, value);
                }
              });
    }
    metadata.setAnnotations(kept);
  }

  private static void withoutManagers(HasMetadata object) {
    object.getMetadata().setManagedFields(List.of());
  }
}
