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

  /**
   * Writes the resource's status.
   *
   * @throws KubernetesClientException 404 when it is gone; see also {@link #isOfAnother}
   */
  static void write(KubernetesClient client, CustomResource<?, ?> resource) {
    var json = client.getKubernetesSerialization();
    client
        .resource(resource)
        .subresource("status")
        .patch(
            JSON,
            "[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":%s},{\"op\":\"add\",\"path\":\"/status\",\"value\":%s}]"
                .formatted(
                    json.asJson(resource.getMetadata().getUid()),
                    json.asJson(resource.getStatus())));
  }

  /**
   * Whether a write was refused since another resource has the name by now. The API server answers
   * to a test that fails with 422 and no cause, and names causes where a status is not valid.
   */
  static boolean isOfAnother(KubernetesClientException refusal) {
    return refusal.getCode() == UNPROCESSABLE
        && refusal.getStatus() != null
        && Optional.ofNullable(refusal.getStatus().getDetails())
            .map(StatusDetails::getCauses)
            .filter(causes -> !causes.isEmpty())
            .isEmpty();
  }
}
