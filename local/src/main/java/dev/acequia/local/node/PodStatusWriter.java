package dev.acequia.local.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a Pod's status when it has changed, and when somebody else has changed what is the node's
 * to say (the node controller does while it takes the node for dead). Conditions of others stay.
 */
final class PodStatusWriter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private @Nullable PodStatus written;

  PodStatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Writes the status if need be.
   *
   * @param pod as it was last seen
   * @return the Pod as it is now
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when it cannot be written, as
   *     when the Pod is gone
   */
  Pod write(Pod pod, PodStatus status) {
    if (status.equals(written) && agrees(pod.getStatus(), status)) {
      return pod;
    }
    var metadata = pod.getMetadata();
    var patched =
        client
            .pods()
            .inNamespace(metadata.getNamespace())
            .withName(metadata.getName())
            .subresource("status")
            .patch(PatchContext.of(PatchType.STRATEGIC_MERGE), patch(metadata.getUid(), status));
    written = status;
    return patched;
  }

  private static boolean agrees(@Nullable PodStatus seen, PodStatus wanted) {
    return seen != null
        && wanted.getPhase().equals(seen.getPhase())
        && conditions(seen).entrySet().containsAll(conditions(wanted).entrySet());
  }

  private static Map<String, String> conditions(PodStatus status) {
    var byType = new HashMap<String, String>();
    for (PodCondition condition : status.getConditions()) {
      byType.put(condition.getType(), condition.getStatus());
    }
    return byType;
  }

  /** The patch; with the uid, so that it is refused for another Pod of the same name. */
  private String patch(String uid, PodStatus status) {
    try {
      var patch = JSON.createObjectNode();
      patch.putObject("metadata").put("uid", uid);
      var node = (ObjectNode) JSON.readTree(client.getKubernetesSerialization().asJson(status));
      // In a merge, what is left out stays as it was.
      nullUnlessSet(node, "reason");
      nullUnlessSet(node, "message");
      for (var condition : node.path("conditions")) {
        nullUnlessSet((ObjectNode) condition, "reason");
        nullUnlessSet((ObjectNode) condition, "message");
      }
      if (node.get("podIPs") instanceof ArrayNode addresses) {
        addresses.addObject().put("$patch", "replace"); // or an address it had before stays too
      }
      patch.set("status", node);
      return JSON.writeValueAsString(patch);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void nullUnlessSet(ObjectNode node, String field) {
    if (!node.has(field)) {
      node.putNull(field);
    }
  }
}
