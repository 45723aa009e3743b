package dev.acequia.servers;

import java.util.List;
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
 * @param audit whose calls the API server writes down; null: nobody's
 * @param admissionPlugins those that run beside the API server's defaults
 */
public record ControlPlaneSettings(
    boolean controllers,
    boolean scheduler,
    boolean durable,
    String serviceAddresses,
    String nodePorts,
    @Nullable Audit audit,
    List<String> admissionPlugins) {
  public ControlPlaneSettings {
    admissionPlugins = List.copyOf(admissionPlugins);
  }

  /**
   * What the API server writes down.
   *
   * @param user whose calls
   * @param reads whether those that change nothing count, too
   */
  public record Audit(String user, boolean reads) {}

  /** Everything runs; for tests. */
  public static ControlPlaneSettings whole() {
    return new ControlPlaneSettings(
        true, true, false, "10.96.0.0/16", "30000-32767", null, List.of());
  }

  /** Only etcd and kube-apiserver run; for tests. */
  public static ControlPlaneSettings apiServerOnly() {
    return new ControlPlaneSettings(
        false, false, false, "10.96.0.0/16", "30000-32767", null, List.of());
  }

  public ControlPlaneSettings withNodePorts(String range) {
    return new ControlPlaneSettings(
        controllers, scheduler, durable, serviceAddresses, range, audit, admissionPlugins);
  }

  public ControlPlaneSettings withDurable(boolean yes) {
    return new ControlPlaneSettings(
        controllers, scheduler, yes, serviceAddresses, nodePorts, audit, admissionPlugins);
  }

  /** The same without kube-scheduler, for Pods that nobody runs. */
  public ControlPlaneSettings withoutScheduler() {
    return new ControlPlaneSettings(
        controllers, false, durable, serviceAddresses, nodePorts, audit, admissionPlugins);
  }

  /** The same with this user's writes in {@link ControlPlane#auditLog}. */
  public ControlPlaneSettings withAuditOf(String user) {
    return withAudit(new Audit(user, false));
  }

  /** The same with all calls of this user in {@link ControlPlane#auditLog}. */
  public ControlPlaneSettings withAuditOfAllCallsOf(String user) {
    return withAudit(new Audit(user, true));
  }

  /** The same with this admission plugin. */
  public ControlPlaneSettings withAdmissionBy(String plugin) {
    return new ControlPlaneSettings(
        controllers, scheduler, durable, serviceAddresses, nodePorts, audit, List.of(plugin));
  }

  private ControlPlaneSettings withAudit(Audit wanted) {
    return new ControlPlaneSettings(
        controllers, scheduler, durable, serviceAddresses, nodePorts, wanted, admissionPlugins);
  }
}
