package dev.acequia.contract;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The resource that owns a table, among all installations that share the store: many clusters can
 * have a pipeline of the same name.
 *
 * @param uid of the resource; a resource recreated under the same name has another uid
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableClaim(String installation, String namespace, String pipeline, String uid) {
  /** The claim of this process; empty when no operator started it. */
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
   * Returns when the table belongs to this pipeline or has no owner.
   *
   * @param owner the claim in the store; null when there is none
   * @param handOver the statement by which a person removes that claim
   * @throws TerminationException when another resource owns it; the message names both
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
   * Returns when this resource may drop the table. A resource recreated with the same name may own
   * it now.
   *
   * @throws TerminationException when another resource owns it; the message names both
   */
  public void checkDrop(String table, @Nullable TableClaim owner, String handOver)
      throws TerminationException {
    check(table, owner, handOver);
    if (owner != null && !owner.uid.equals(uid)) {
      throw new TerminationException(
          Termination.Reason.NameTaken,
          "The table %s now belongs to the DataPipeline %s/%s with uid %s. The removed one has uid %s, so it does not drop the table"
              .formatted(table, namespace, pipeline, owner.uid, uid));
    }
  }

  private boolean isOfSamePipeline(TableClaim other) {
    return installation.equals(other.installation)
        && namespace.equals(other.namespace)
        && pipeline.equals(other.pipeline);
  }
}
