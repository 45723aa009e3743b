package dev.acequia.servers;

import org.jspecify.annotations.Nullable;

/**
 * What may be said about the control plane.
 *
 * @param controllers whether kube-controller-manager runs: Deployments, Jobs, garbage collection,
 *     the end of namespaces. Without it nobody makes service accounts, so Pods need none.
 * @param scheduler whether kube-scheduler runs
 * @param durable whether a write waits for the disk
 * @param serviceAddresses the range of Services' cluster addresses
 * @param nodePorts the range of Services' node ports, as {@code 30000-32767}
 * @param audited the user whose writes the API server writes down; null: nobody's
 */
public record ControlPlaneSettings(
    boolean controllers,
    boolean scheduler,
    boolean durable,
    String serviceAddresses,
    String nodePorts,
    @Nullable String audited) {

  /** Everything runs; for tests. */
  public static ControlPlaneSettings whole() {
    return new ControlPlaneSettings(true, true, false, "10.96.0.0/16", "30000-32767", null);
  }

  /** Only etcd and kube-apiserver run; for tests. */
  public static ControlPlaneSettings apiServerOnly() {
    return new ControlPlaneSettings(false, false, false, "10.96.0.0/16", "30000-32767", null);
  }

  public ControlPlaneSettings withNodePorts(String range) {
    return new ControlPlaneSettings(
        controllers, scheduler, durable, serviceAddresses, range, audited);
  }

  public ControlPlaneSettings withDurable(boolean yes) {
    return new ControlPlaneSettings(
        controllers, scheduler, yes, serviceAddresses, nodePorts, audited);
  }

  /** The same without kube-scheduler, for Pods that nobody runs. */
  public ControlPlaneSettings withoutScheduler() {
    return new ControlPlaneSettings(
        controllers, false, durable, serviceAddresses, nodePorts, audited);
  }

  /** The same with this user's writes in {@link ControlPlane#auditLog}. */
  public ControlPlaneSettings withAuditOf(String user) {
    return new ControlPlaneSettings(
        controllers, scheduler, durable, serviceAddresses, nodePorts, user);
  }
}
