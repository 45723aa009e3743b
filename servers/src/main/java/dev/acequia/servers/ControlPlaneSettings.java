package dev.acequia.servers;

/**
 * What may be said about the control plane.
 *
 * @param controllers whether kube-controller-manager runs: Deployments, Jobs, garbage collection,
 *     the end of namespaces. Without it nobody makes service accounts, so Pods need none.
 * @param scheduler whether kube-scheduler runs
 * @param durable whether a write waits for the disk
 * @param serviceAddresses the range of Services' cluster addresses
 * @param nodePorts the range of Services' node ports, as {@code 30000-32767}
 */
public record ControlPlaneSettings(
    boolean controllers,
    boolean scheduler,
    boolean durable,
    String serviceAddresses,
    String nodePorts) {

  /** Everything runs; for tests. */
  public static ControlPlaneSettings whole() {
    return new ControlPlaneSettings(true, true, false, "10.96.0.0/16", "30000-32767");
  }

  /** Only etcd and kube-apiserver run; for tests. */
  public static ControlPlaneSettings apiServerOnly() {
    return new ControlPlaneSettings(false, false, false, "10.96.0.0/16", "30000-32767");
  }

  public ControlPlaneSettings withNodePorts(String range) {
    return new ControlPlaneSettings(controllers, scheduler, durable, serviceAddresses, range);
  }

  public ControlPlaneSettings withDurable(boolean yes) {
    return new ControlPlaneSettings(controllers, scheduler, yes, serviceAddresses, nodePorts);
  }
}
