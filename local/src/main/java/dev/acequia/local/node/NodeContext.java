package dev.acequia.local.node;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.Map;

/**
 * What all Pods of a node share.
 *
 * @param pods the folder of the Pods' folders
 * @param environment variables for every process
 * @param allocatable what the node has
 */
record NodeContext(
    KubernetesClient client,
    PodEvents events,
    AddressBlock addresses,
    ImageStore images,
    LogFiles logs,
    Path pods,
    Map<String, String> environment,
    Map<String, Quantity> allocatable) {
  /** The address of the machine itself, as Pods see it. */
  static final String HOST_ADDRESS = "127.0.0.1";
}
