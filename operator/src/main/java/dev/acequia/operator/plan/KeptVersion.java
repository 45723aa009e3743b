package dev.acequia.operator.plan;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineStatus;
import dev.acequia.crds.MigrationStatus;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
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

  /** The Deployment as this version has it; empty while its migration has not succeeded. */
  public Optional<Deployment> of(Deployment live) {
    var newest =
        live.getMetadata().getName().equals(plan.names().consumerDeployment())
            ? plan.consumer()
            : plan.api();
    return !plan.migrated() || newest == null || Release.of(live).isEmpty()
        ? Optional.empty()
        : Release.of(newest).map(release -> release.on(live));
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
