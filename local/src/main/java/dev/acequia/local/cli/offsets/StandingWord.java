package dev.acequia.local.cli.offsets;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.crds.DataPipeline;
import dev.acequia.operator.observe.MigrationJobs;
import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was accepted before. The annotation holds one word, so a new one for another partition would
 * take the place of one that no migration has applied yet.
 */
public final class StandingWord {
  private StandingWord() {}

  /** The word that would be lost, empty when none would be. */
  public static Optional<AcceptedOffsets> lostTo(
      AcceptedOffsets next, DataPipeline pipeline, KubernetesClient client) {
    return standing(pipeline)
        .filter(word -> word.topicId().equals(next.topicId()))
        .filter(word -> next.partition() != null && !next.partition().equals(word.partition()))
        .filter(word -> !wasApplied(word, pipeline) && !wasDecided(word, pipeline, client));
  }

  private static Optional<AcceptedOffsets> standing(DataPipeline pipeline) {
    try {
      return Optional.ofNullable(pipeline.getMetadata().getAnnotations())
          .map(annotations -> annotations.get(AcceptedOffsets.ANNOTATION))
          .map(AcceptedOffsets::fromJson);
    } catch (IllegalArgumentException e) { // it has no effect
      return Optional.empty();
    }
  }

  /** The status keeps the word after Jobs and their ConfigMaps are deleted. */
  private static boolean wasApplied(AcceptedOffsets word, DataPipeline pipeline) {
    return pipeline.getStatus() != null
        && pipeline.getStatus().acceptedOffsets() != null
        && word.equals(AcceptedOffsets.fromJson(pipeline.getStatus().acceptedOffsets()));
  }

  /** Whether a migration that had this word has ended, well or with a reason in the status. */
  private static boolean wasDecided(
      AcceptedOffsets word, DataPipeline pipeline, KubernetesClient client) {
    var names = PipelineNames.of(pipeline);
    return client
        .batch()
        .v1()
        .jobs()
        .inNamespace(names.namespace())
        .withLabels(names.labels(Component.MIGRATION))
        .list()
        .getItems()
        .stream()
        .filter(job -> MigrationJobs.succeeded(job) || MigrationJobs.failure(job).isPresent())
        .flatMap(job -> definition(job, client))
        .anyMatch(definition -> word.equals(definition.acceptedOffsets()));
  }

  private static Stream<PipelineDefinition> definition(Job job, KubernetesClient client) {
    return job.getSpec().getTemplate().getSpec().getVolumes().stream()
        .filter(volume -> volume.getConfigMap() != null)
        .map(
            volume ->
                client
                    .configMaps()
                    .inNamespace(job.getMetadata().getNamespace())
                    .withName(volume.getConfigMap().getName())
                    .get())
        .filter(Objects::nonNull)
        .flatMap(map -> Stream.ofNullable(map.getData().get("pipeline.json")))
        .map(PipelineDefinition::fromJson);
  }
}
