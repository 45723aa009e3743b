package dev.acequia.operator.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.AllowedRewrite;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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
 * @param edit of the owner's part: the resource, its annotations, its replays and its topic
 * @param credentials of what many pipelines log on with alike
 * @param isServed whether there is a version that goes on serving while this one waits
 * @param isSeen whether no generation of the resource before this one was the last to be reported
 * @param isWhole whether all is known that a version is made of; else what runs goes on
 */
public record Change(
    String version,
    String release,
    String edit,
    String credentials,
    boolean isServed,
    boolean isSeen,
    boolean isWhole) {
  /** The order in which a configuration names its parts is no change. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  /**
   * The change that this plan is.
   *
   * @param former what was reported last; null when nothing ever was
   * @param release see {@link #release()}
   * @param isServed see {@link #isServed()}; Deployments count that only a former operator can read
   */
  public static Change of(
      DataPipeline pipeline,
      @Nullable DataPipelineStatus former,
      PlatformConfig platform,
      Facts facts,
      PipelinePlan plan,
      String release,
      boolean isServed) {
    var job = plan.migration() == null ? null : plan.migration().getMetadata().getName();
    var last = job == null ? plan : PipelinePlan.of(pipeline, platform, facts.withSucceeded(job));
    return new Change(
        Fingerprint.of(Objects.toString(job, ""), template(last.consumer()), template(last.api())),
        release,
        edit(pipeline, facts, last),
        Fingerprint.of(
            facts.store() == null ? "" : facts.store().hash(),
            // A user's password is one pipeline's alone.
            facts.kafkaCredentials() == null ? "" : facts.kafkaCredentials().certificate()),
        isServed,
        former == null
            || former.observedGeneration() == null
            || former.observedGeneration().equals(pipeline.getMetadata().getGeneration()),
        job != null);
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

  private static String edit(DataPipeline pipeline, Facts facts, PipelinePlan last) {
    var annotations = Optional.ofNullable(pipeline.getMetadata().getAnnotations()).orElse(Map.of());
    return Fingerprint.of(
        Objects.toString(pipeline.getMetadata().getGeneration(), ""),
        annotations.getOrDefault(AcceptedOffsets.ANNOTATION, ""),
        annotations.getOrDefault(AllowedRewrite.ANNOTATION, ""),
        Optional.ofNullable(last.consumer())
            .flatMap(Release::of)
            .map(Release::replay)
            .map(order -> order.toJson())
            .orElse(""),
        Objects.toString(facts.topic(), ""));
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
