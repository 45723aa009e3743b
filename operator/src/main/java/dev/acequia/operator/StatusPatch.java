package dev.acequia.operator;

import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.Optional;

/**
 * Writes a status whole, and only to the very resource that it is about. Of a custom resource's
 * status, server-side apply takes no uid into account: it writes to any resource of that name.
 */
final class StatusPatch {
  private static final PatchContext JSON =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON)
          .withFieldManager(PipelineNames.MANAGER)
          .build();

  private static final int UNPROCESSABLE = 422;

  private StatusPatch() {}

  /** Another resource has the name by now. */
  static final class OfAnother extends KubernetesClientException {
    private static final long serialVersionUID = 1;

    private OfAnother(KubernetesClientException refusal) {
      super("another resource has the name by now", refusal.getCode(), refusal.getStatus());
    }
  }

  /**
   * Writes the resource's status.
   *
   * @throws OfAnother when another resource has the name
   * @throws KubernetesClientException 404 when it is gone
   */
  static void write(KubernetesClient client, CustomResource<?, ?> resource) {
    var json = client.getKubernetesSerialization();
    try {
      client
          .resource(resource)
          .subresource("status")
          .patch(
              JSON,
              "[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":%s},{\"op\":\"add\",\"path\":\"/status\",\"value\":%s}]"
                  .formatted(
                      json.asJson(resource.getMetadata().getUid()),
                      json.asJson(resource.getStatus())));
    } catch (KubernetesClientException e) {
      throw isFailedTest(e) ? new OfAnother(e) : e;
    }
  }

  /**
   * The API server answers to a test that fails with 422 and no cause. Where a status is not valid
   * it names causes.
   */
  private static boolean isFailedTest(KubernetesClientException refusal) {
    return refusal.getCode() == UNPROCESSABLE
        && refusal.getStatus() != null
        && Optional.ofNullable(refusal.getStatus().getDetails())
            .map(StatusDetails::getCauses)
            .filter(causes -> !causes.isEmpty())
            .isEmpty();
  }
}
