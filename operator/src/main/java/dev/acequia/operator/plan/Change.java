package dev.acequia.operator.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.AllowedRewrite;
import dev.acequia.contract.Fingerprint;
import dev.acequia.contract.LoadMode;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineSpec;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.operator.store.StorePlan;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline is to become, in fingerprints that tell whose change it is.
 *
 * @param version of all that its Pods and its migration are made from
 * @param release of the platform's part, the same for all pipelines
 * @param edit of the owner's part, in two fingerprints: see {@link #isSameEdit}
 * @param credentials of the Secrets that the spec names for store and Kafka, with which many
 *     pipelines log on alike
 * @param certificate of Kafka's authority, the same for all pipelines; null without one
 * @param kafkaPassword of the pipeline's own user; null without one
 * @param isServed whether there is a version that goes on serving while this one waits
 * @param isSeen whether no generation of the resource before this one was the last to be reported
 * @param isWhole whether all is known that a version is made of; else what runs goes on
 * @param isGrown whether the topic has other partitions than the newest migration knows. That is
 *     one pipeline's change, and must not wait: nobody reads what arrives in the new ones
 * @param isOtherTopic whether the topic is another one than the newest migration knows
 * @param isRotated whether the version that the pipeline has was migrated with other credentials
 */
public record Change(
    String version,
    String release,
    String edit,
    String credentials,
    @Nullable String certificate,
    @Nullable String kafkaPassword,
    boolean isServed,
    boolean isSeen,
    boolean isWhole,
    boolean isGrown,
    boolean isOtherTopic,
    boolean isRotated) {
  /** The order in which a configuration names its parts is no change. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private static final char EDIT_PARTS = '.';

  /** Differs from each edit there is. */
  static final String UNKNOWN_EDIT = "" + EDIT_PARTS;

  /**
   * The change that this plan is.
   *
   * @param former what was reported last; null when nothing ever was
   * @param release see {@link #release()}
   * @param isServed see {@link #isServed()}; Deployments count that only a former operator can read
   * @param known the topic that the newest migration knows; null while there is none
   */
  public static Change of(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      PlatformConfig platform,
      Facts facts,
      PipelinePlan plan,
      String release,
      boolean isServed,
      Facts.@Nullable Topic known,
      boolean isRotated) {
    var job = plan.migration() == null ? null : plan.migration().getMetadata().getName();
    var last = job == null ? plan : PipelinePlan.of(pipeline, platform, facts.withSucceeded(job));
    return new Change(
        Fingerprint.of(Objects.toString(job, ""), template(last.consumer()), template(last.api())),
        release,
        edit(pipeline, last),
        credentials(plan.store(), platform, facts),
        shared(platform, facts).map(KafkaLogins::authority).orElse(null),
        shared(platform, facts).map(KafkaLogins::proof).orElse(null),
        isServed,
        former == null
            || former.observedGeneration() == null
            || former.observedGeneration().equals(pipeline.getMetadata().getGeneration()),
        job != null,
        facts.topic() != null
            && known != null
            && facts.topic().id().equals(known.id())
            && facts.topic().partitions() != known.partitions(),
        facts.topic() != null && known != null && !facts.topic().id().equals(known.id()),
        isRotated);
  }

  /** What one team writes into its own Secret says nothing of other pipelines' log-ons. */
  private static Optional<KafkaLogins> shared(PlatformConfig platform, Facts facts) {
    return platform.kafka().takesOwnUsers() ? Optional.empty() : Optional.ofNullable(facts.kafka());
  }

  /** A login that the migration makes is one pipeline's alone. */
  private static String credentials(StorePlan store, PlatformConfig platform, Facts facts) {
    var hashes = new ArrayList<String>();
    hashes.add(facts.store() == null ? "" : facts.store().hash());
    if (store.readyWriter() != null && facts.writer() != null) {
      hashes.add(facts.writer().hash());
    }
    if (store.readyReader() != null && facts.reader() != null) {
      hashes.add(facts.reader().hash());
    }
    if (platform.kafka().takesOwnUsers() && facts.kafka() != null) {
      hashes.add(facts.kafka().of(Component.CONSUMER).hash());
    }
    return Fingerprint.of(hashes.toArray(String[]::new));
  }

  /** A fingerprint of the Pods that these objects make. */
  public static String ofPods(Stream<HasMetadata> objects) {
    return Fingerprint.of(
        objects
            .flatMap(
                object ->
                    switch (object) {
                      case Job job -> Stream.of(json(job.getSpec().getTemplate()));
                      case Deployment deployment ->
                          Stream.of(json(deployment.getSpec().getTemplate()));
                      default -> Stream.empty();
                    })
            .toArray(String[]::new));
  }

  private static String edit(DataPipeline pipeline, PipelinePlan last) {
    var annotations = Optional.ofNullable(pipeline.getMetadata().getAnnotations()).orElse(Map.of());
    var others =
        Fingerprint.of(
            annotations.getOrDefault(AcceptedOffsets.ANNOTATION, ""),
            annotations.getOrDefault(AllowedRewrite.ANNOTATION, ""),
            Optional.ofNullable(last.consumer())
                .flatMap(Release::of)
                .map(Release::replay)
                .map(order -> order.toJson())
                .orElse(""));
    return Fingerprint.of(Objects.toString(pipeline.getMetadata().getGeneration(), ""), others)
        + EDIT_PARTS
        + Fingerprint.of(withoutScale(pipeline.getSpec()), others);
  }

  /**
   * Whether an owner has edited nothing that makes another version. The first part of an edit has
   * the resource's generation, which another operator does not change; the second has the spec
   * without what takes effect in any version, so that an autoscaler brings no release.
   */
  static boolean isSameEdit(String one, String other) {
    var cut = one.indexOf(EDIT_PARTS);
    var otherCut = other.indexOf(EDIT_PARTS);
    return one.equals(other)
        || one.substring(0, cut).equals(other.substring(0, otherCut))
        || one.substring(cut).equals(other.substring(otherCut));
  }

  /** Whether two edits can be told apart: a former operator made one of a single part. */
  static boolean areComparable(String one, String other) {
    return one.indexOf(EDIT_PARTS) >= 0 && other.indexOf(EDIT_PARTS) >= 0;
  }

  /** The spec without numbers of Pods, and what the operator itself goes by. */
  private static String withoutScale(DataPipelineSpec spec) {
    ObjectNode json = JSON.valueToTree(spec);
    json.remove(List.of("suspend", "deletionPolicy"));
    json.withObject("/consumer").remove("replicas");
    json.withObject("/api").remove("replicas");
    if (spec.consumer().mode() != LoadMode.UPSERT) { // there it is the memory of deletions, too
      json.withObject("/topic").remove("retention");
    }
    return json.toString();
  }

  private static String template(@Nullable Deployment deployment) {
    return deployment == null ? "" : json(deployment.getSpec().getTemplate());
  }

  private static String json(PodTemplateSpec template) {
    try {
      return JSON.writeValueAsString(template);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("every Pod template can be written as JSON", e);
    }
  }
}
