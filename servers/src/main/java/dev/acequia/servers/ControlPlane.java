package dev.acequia.servers;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes control plane as child processes: etcd, kube-apiserver with RBAC and, if wanted,
 * kube-controller-manager and kube-scheduler. It listens on 127.0.0.1 and has no node of its own.
 */
public final class ControlPlane implements AutoCloseable {
  /** Of Kubernetes, unless {@code $KUBEBUILDER_ASSETS} brings another. */
  public static final String VERSION = "v1.36.3";

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private final Home home;
  private final Ports ports;
  private final ControlPlaneSettings settings;
  private final ControlPlaneBinaries binaries;
  private final ControlPlaneCredentials credentials;

  /** In the order of their start; they end in the reverse order. */
  private final Deque<ChildProcess> children = new ArrayDeque<>();

  private ControlPlane(
      Home home, Ports ports, ControlPlaneSettings settings, ControlPlaneBinaries binaries) {
    this.home = home;
    this.ports = ports;
    this.settings = settings;
    this.binaries = binaries;
    this.credentials = ControlPlaneCredentials.in(home.data().resolve("credentials"));
  }

  /** Starts the whole control plane for tests, on ports that the folder keeps. */
  public static ControlPlane start(Path folder) {
    return start(folder, ControlPlaneSettings.whole());
  }

  /** Starts etcd and kube-apiserver alone for tests, on ports that the folder keeps. */
  public static ControlPlane startApiServer(Path folder) {
    return start(folder, ControlPlaneSettings.apiServerOnly());
  }

  private static ControlPlane start(Path folder, ControlPlaneSettings settings) {
    var binaries =
        ControlPlaneBinaries.resolve(settings.controllers() || settings.scheduler(), line -> {});
    return start(Home.at(folder), Ports.keptIn(folder), settings, binaries);
  }

  /**
   * Starts a control plane, and waits until each part is ready.
   *
   * @param ports {@code etcd}, {@code etcd-peer}, {@code kube-apiserver}, {@code
   *     kube-controller-manager}, {@code kube-scheduler}
   */
  public static ControlPlane start(
      Home home, Ports ports, ControlPlaneSettings settings, ControlPlaneBinaries binaries) {
    home.create();
    var plane = new ControlPlane(home, ports, settings, binaries);
    try {
      plane.startEtcd();
      plane.startApiServer();
      plane.startControllersAndScheduler();
      return plane;
    } catch (IOException e) {
      plane.kill();
      throw new ServerException("The control plane cannot be started in " + home.data(), e);
    } catch (RuntimeException e) {
      plane.kill();
      throw e;
    }
  }

  /** The API server's address. */
  public URI url() {
    return URI.create("https://127.0.0.1:" + ports.of("kube-apiserver"));
  }

  /** A kubeconfig whose user may do everything. */
  public Path kubeconfig() {
    return credentials.kubeconfig(ControlPlaneCredentials.ADMIN);
  }

  /** The certificates (PEM) by which clients know the API server. */
  public Path certificateAuthority() {
    return home.data().resolve("apiserver").resolve("apiserver.crt");
  }

  /** The kubectl that belongs to this version. */
  public Path kubectl() {
    return binaries.program("kubectl");
  }

  /** The audited user's calls, a JSON object on each line, where the settings ask for them. */
  public Path auditLog() {
    return home.data().resolve("audit.log");
  }

  public Instant startedAt() {
    return children.getFirst().startedAt();
  }

  public boolean isAlive() {
    return children.stream().allMatch(ChildProcess::isAlive);
  }

  /** Ends all parts in order. */
  public void stop() {
    while (!children.isEmpty()) {
      children.removeLast().stop(STOP_LIMIT);
    }
  }

  /** Ends all parts as a power cut does. */
  public void kill() {
    while (!children.isEmpty()) {
      children.removeLast().kill();
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void startEtcd() {
    var client = "http://127.0.0.1:" + ports.freeFor("etcd", "etcd");
    var peer = "http://127.0.0.1:" + ports.freeFor("etcd-peer", "etcd");
    var command =
        new ArrayList<>(
            List.of(
                "--name=acequia",
                "--data-dir=" + home.data().resolve("etcd"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=acequia=" + peer,
                "--auto-compaction-retention=5m",
                "--log-level=warn"));
    if (!settings.durable()) {
      command.add("--unsafe-no-fsync");
    }
    var etcd = start("etcd", command);
    var health = HttpRequest.newBuilder(URI.create(client + "/health")).build();
    var http = HttpClient.newHttpClient();
    etcd.awaitReady(START_LIMIT, () -> answersOk(http, health));
    http.shutdownNow();
  }

  private void startApiServer() throws IOException {
    var port = ports.freeFor("kube-apiserver", "kube-apiserver");
    var command =
        new ArrayList<>(
            List.of(
                "--etcd-servers=http://127.0.0.1:" + ports.of("etcd"),
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--secure-port=" + port,
                "--cert-dir=" + certificateAuthority().getParent(),
                "--endpoint-reconciler-type=none", // it would write an address that is refused
                "--service-cluster-ip-range=" + settings.serviceAddresses(),
                "--service-node-port-range=" + settings.nodePorts(),
                "--authorization-mode=RBAC",
                "--anonymous-auth=false",
                "--token-auth-file=" + credentials.tokens(),
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-signing-key-file=" + credentials.signingKey(),
                "--service-account-key-file=" + credentials.verificationKey(),
                "--kubelet-preferred-address-types=InternalIP",
                "--profiling=false"));
    if (!settings.controllers()) {
      command.add("--disable-admission-plugins=ServiceAccount");
    }
    if (!settings.admissionPlugins().isEmpty()) {
      command.add("--enable-admission-plugins=" + String.join(",", settings.admissionPlugins()));
    }
    if (settings.audit() != null) {
      command.add("--audit-policy-file=" + writeAuditPolicy(settings.audit()));
      command.add("--audit-log-path=" + auditLog());
    }
    var apiServer = start("kube-apiserver", command);
    var ready =
        HttpRequest.newBuilder(url().resolve("/readyz"))
            .header("Authorization", "Bearer " + credentials.token(ControlPlaneCredentials.ADMIN))
            .timeout(Duration.ofSeconds(5))
            .build();
    var trusted = new TrustedHttp(certificateAuthority());
    apiServer.awaitReady(
        START_LIMIT, () -> trusted.client().filter(http -> answersOk(http, ready)).isPresent());
    trusted.close();
    credentials.writeKubeconfigs(url(), certificateAuthority());
  }

  private Path writeAuditPolicy(ControlPlaneSettings.Audit audit) throws IOException {
    var policy =
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules:
        - level: Metadata
          users: ["%s"]%s
        - level: None
        """;
    return Files.writeString(
        home.data().resolve("audit-policy.yaml"),
        policy.formatted(
            audit.user(),
            audit.reads() ? "" : "\n  verbs: [create, update, patch, delete, deletecollection]"));
  }

  private void startControllersAndScheduler() {
    var controllers = settings.controllers() ? startControllers() : null;
    var scheduler = settings.scheduler() ? startScheduler() : null;
    awaitPort(controllers, "kube-controller-manager");
    awaitPort(scheduler, "kube-scheduler");
  }

  private ChildProcess startControllers() {
    return startClient(
        "kube-controller-manager",
        ControlPlaneCredentials.CONTROLLER_MANAGER,
        // Endpoints may not hold the loopback addresses of local Pods.
        "--controllers=*,-endpoints-controller,-endpointslice-controller,"
            + "-endpointslice-mirroring-controller",
        "--use-service-account-credentials=true",
        "--service-account-private-key-file=" + credentials.signingKey(),
        "--root-ca-file=" + certificateAuthority(),
        "--kube-api-qps=200",
        "--kube-api-burst=400");
  }

  private ChildProcess startScheduler() {
    return startClient("kube-scheduler", ControlPlaneCredentials.SCHEDULER);
  }

  /** A program that works through the API server, alone, so that it needs no leader election. */
  private ChildProcess startClient(String name, String user, String... options) {
    var port = ports.freeFor(name, name);
    var kubeconfig = credentials.kubeconfig(user);
    var all = new ArrayList<String>();
    all.add("--kubeconfig=" + kubeconfig);
    all.add("--authentication-kubeconfig=" + kubeconfig);
    all.add("--authorization-kubeconfig=" + kubeconfig);
    all.add("--bind-address=127.0.0.1");
    all.add("--secure-port=" + port);
    all.add("--cert-dir=" + home.data().resolve(name));
    all.add("--leader-elect=false");
    all.addAll(List.of(options));
    return start(name, all);
  }

  private void awaitPort(@Nullable ChildProcess child, String name) {
    if (child != null) {
      child.awaitReady(START_LIMIT, () -> !Ports.isFree(ports.of(name)));
    }
  }

  private ChildProcess start(String name, List<String> options) {
    var command = new ArrayList<String>();
    command.add(binaries.program(name).toString());
    command.addAll(options);
    var child = ChildProcess.start(name, name, command, Map.of(), home);
    children.addLast(child);
    return child;
  }

  private static boolean answersOk(HttpClient http, HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
