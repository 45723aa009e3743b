package dev.acequia.operator.plan;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.MigrationStatus;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The version that a pipeline has, while it waits for the platform's newest: its own runtime image,
 * with the credentials that are there now.
 *
 * @param plan what the pipeline would be if the platform had not changed; of its Deployments only
 *     the {@link Release} counts, since a former operator made the templates
 * @param migration that this version goes by
 */
public record KeptVersion(PipelinePlan plan, Job migration) {
  /**
   * The version; empty when nothing says which image it has, or what it is made of is missing.
   *
   * @param pipeline with its newest status
   */
  public static Optional<KeptVersion> of(
      DataPipeline pipeline, PlatformConfig platform, Facts facts) {
    return noted(pipeline)
        .map(MigrationStatus::image)
        .or(
            () ->
                Stream.of(facts.liveConsumer(), facts.liveApi())
                    .filter(Objects::nonNull)
                    .map(Release::image)
                    .findFirst())
        .map(image -> PipelinePlan.of(pipeline, platform.withRuntimeImage(image), facts))
        .filter(plan -> plan.migration() != null)
        .map(plan -> new KeptVersion(plan, Objects.requireNonNull(plan.migration())));
  }

  private static Optional<MigrationStatus> noted(DataPipeline pipeline) {
    return Optional.ofNullable(pipeline.getStatus()).map(DataPipelineStatus::migration);
  }

  /**
   * The Deployment as this version has it; empty while its migration has not succeeded. A
   * definition that differs from the plan's only in what no migration acts on stays: what a new
   * operator or a new CRD writes otherwise comes with its release.
   *
   * @param definitions that are there
   */
  public Optional<Deployment> of(Deployment live, Collection<ConfigMap> definitions) {
    var newest =
        live.getMetadata().getName().equals(plan.names().consumerDeployment())
            ? plan.consumer()
            : plan.api();
    var has = Release.of(live);
    if (!plan.migrated() || newest == null || has.isEmpty()) {
      return Optional.empty();
    }
    var definition = has.get().definition();
    return Release.of(newest)
        .map(
            release ->
                stays(definition, definitions) ? release.withDefinition(definition) : release)
        .map(release -> release.on(live));
  }

  /** Also when nobody can read it: then nothing says that an owner's edit has replaced it. */
  private boolean stays(String definition, Collection<ConfigMap> definitions) {
    return definitions.stream()
        .filter(map -> map.getMetadata().getName().equals(definition))
        .anyMatch(
            map ->
                migrationPart(map)
                    .filter(
                        part ->
                            !part.equals(
                                DefinitionPlan.migrationPart(
                                    Objects.requireNonNull(plan.definition()))))
                    .isEmpty());
  }

  private static Optional<String> migrationPart(ConfigMap definition) {
    try {
      return Optional.ofNullable(definition.getData())
          .map(data -> data.get(RuntimePod.DEFINITION_FILE))
          .map(PipelineDefinition::fromJson)
          .map(DefinitionPlan::migrationPart);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether this Job was made with other credentials. */
  public boolean hasOtherCredentials(Job made) {
    return !Objects.equals(credentials(made), credentials(migration));
  }

  private static Optional<String> credentials(Job job) {
    return Optional.ofNullable(job.getSpec().getTemplate().getMetadata())
        .map(metadata -> metadata.getAnnotations())
        .map(annotations -> annotations.get(PipelineNames.CREDENTIALS_ANNOTATION));
  }
}
