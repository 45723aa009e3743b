package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resource that a table belongs to, among all installations that share the store: pipelines of
 * one name are in many clusters.
 *
 * @param uid the resource's; a resource that is created again under the same name has another one
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableClaim(String installation, String namespace, String pipeline, String uid) {
  /** The claim of the process; empty where no operator started it. */
  public static Optional<TableClaim> from(
      PipelineDefinition definition, Map<String, String> environment) {
    return RuntimeVariable.ACEQUIA_INSTALLATION
        .in(environment)
        .map(
            installation ->
                new TableClaim(
                    installation,
                    definition.namespace(),
                    definition.name(),
                    RuntimeVariable.ACEQUIA_PIPELINE_UID.requiredIn(environment)));
  }

  /**
   * Passes when the table is this pipeline's, or nobody's.
   *
   * @param owner the claim that stands in the store; null when there is none
   * @param handOver the statement by which a person removes that claim
   * @throws TerminationException when it is another's; the message names both
   */
  public void check(String table, @Nullable TableClaim owner, String handOver)
      throws TerminationException {
    if (owner != null && !isOfSamePipeline(owner)) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s belongs to DataPipeline %s/%s of installation %s; this is %s/%s of installation %s. If that pipeline is gone for good, hand the table over by: %s"
              .formatted(
                  table,
                  owner.namespace,
                  owner.pipeline,
                  owner.installation,
                  namespace,
                  pipeline,
                  installation,
                  handOver));
    }
  }

  /**
   * Passes when this very resource may drop the table: one that was created again with the same
   * name may have it by now.
   *
   * @throws TerminationException when it is another's; the message names both
   */
  public void checkDrop(String table, @Nullable TableClaim owner, String handOver)
      throws TerminationException {
    check(table, owner, handOver);
    if (owner != null && !owner.uid.equals(uid)) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s belongs to the DataPipeline %s/%s with uid %s by now, and the one with uid %s is to be removed"
              .formatted(table, namespace, pipeline, owner.uid, uid));
    }
  }

  private boolean isOfSamePipeline(TableClaim other) {
    return installation.equals(other.installation)
        && namespace.equals(other.namespace)
        && pipeline.equals(other.pipeline);
  }
}
