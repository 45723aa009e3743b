package dev.acequia.local.node;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link LocalNode} is told when it starts.
 *
 * @param kubeconfig how to reach the API server, as an administrator
 * @param nodeName the name of the Node object
 * @param workDir where the node keeps Pods' volumes and what it must remember when it was killed;
 *     its own alone
 * @param logDir where the processes' logs go, {@code <namespace>_<pod>_<container>_<restart>.log}
 * @param imageRoots folders that hold images; an image is a folder with the program {@code
 *     entrypoint}, and the first root that has it counts
 * @param addressBlock the first address of the /24 within 127/8 that the Pods get theirs from, such
 *     as {@code 127.84.17.0}; two nodes on one machine need two blocks
 * @param kubeletPort where the API server fetches logs on 127.0.0.1, 0 for any free port
 * @param clientAuthority certificate authority (PEM) whose clients alone may fetch logs; anyone on
 *     this machine when absent
 * @param environment variables for every process, beneath those of its Pod: at least {@code
 *     KUBERNETES_SERVICE_HOST} and {@code KUBERNETES_SERVICE_PORT}
 * @param closeGrace how long processes get to end after SIGTERM when the node itself closes
 */
public record NodeConfig(
    Path kubeconfig,
    String nodeName,
    Path workDir,
    Path logDir,
    List<Path> imageRoots,
    String addressBlock,
    int kubeletPort,
    Optional<Path> clientAuthority,
    Map<String, String> environment,
    Duration closeGrace) {
  public NodeConfig {
    imageRoots = List.copyOf(imageRoots);
    environment = Map.copyOf(environment);
    workDir = workDir.toAbsolutePath().normalize();
    logDir = logDir.toAbsolutePath().normalize();
  }
}
