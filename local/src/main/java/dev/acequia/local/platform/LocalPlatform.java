package dev.acequia.local.platform;

import dev.acequia.local.CommandException;
import dev.acequia.local.balancer.ServiceBalancer;
import dev.acequia.local.node.LocalNode;
import dev.acequia.local.node.NodeConfig;
import dev.acequia.local.platform.Steps.Step;
import dev.acequia.servers.ControlPlane;
import dev.acequia.servers.ControlPlaneBinaries;
import dev.acequia.servers.ControlPlaneSettings;
import dev.acequia.servers.DynamoDbServer;
import dev.acequia.servers.KafkaServer;
import dev.acequia.servers.KafkaSettings;
import dev.acequia.servers.Ports;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.PostgresSettings;
import dev.acequia.servers.ProcessRecord;
import dev.acequia.servers.S3Server;
import dev.acequia.servers.bigquery.BigQueryServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that pipelines need, on this machine: a control plane, Kafka, PostgreSQL, the node
 * that runs Pods as processes, the balancer of node ports, and the operator as a Pod under its own
 * chart.
 */
public final class LocalPlatform implements AutoCloseable {
  /** What runs beside the pipelines, for a person. */
  public static final String PARTS = "Kubernetes, Kafka and PostgreSQL";

  /** {@code spec.store} of a pipeline on this platform, as YAML. */
  public static final String STORE = "postgres: {secretName: " + Warehouse.SECRET + "}";

  private static final Duration LEFTOVER_GRACE = Duration.ofSeconds(3);
  private static final Duration DEFINITION_LIMIT = Duration.ofSeconds(30);
  private static final Duration OPERATOR_LIMIT = Duration.ofMinutes(3);
  private static final Duration POD_GRACE = Duration.ofSeconds(10);
  private static final String NODE_NAME = "local";

  private final PlatformSettings settings;
  private final PlatformFiles files;
  private final PlatformChoices choices;
  private final PlatformLock lock;
  private final Steps steps;
  private final ExecutorService sideBySide = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicBoolean closed = new AtomicBoolean();

  private volatile @Nullable ControlPlane controlPlane;
  private volatile @Nullable KafkaServer kafka;
  private volatile @Nullable PostgresServer postgres;
  private volatile @Nullable S3Server s3;
  private volatile @Nullable DynamoDbServer dynamo;
  private volatile @Nullable BigQueryServer bigquery;
  private volatile @Nullable KubernetesClient client;
  private volatile @Nullable LocalNode node;
  private volatile @Nullable ServiceBalancer balancer;

  private LocalPlatform(
      PlatformSettings settings, PlatformChoices choices, PlatformLock lock, Steps steps) {
    this.settings = settings;
    this.files = settings.files();
    this.choices = choices;
    this.lock = lock;
    this.steps = steps;
  }

  /**
   * Starts a platform, and returns when pipelines can be applied.
   *
   * @param out is told of each step, a line each
   * @throws CommandException says what a person can do, for instance about a port that is taken
   */
  public static LocalPlatform start(PlatformSettings settings, Consumer<String> out)
      throws IOException {
    var lock = PlatformLock.take(settings.files());
    var steps = new Steps(out);
    try {
      var left = ProcessRecord.endLeftovers(settings.files().run(), LEFTOVER_GRACE);
      if (!left.isEmpty()) {
        steps.say("  ended what a killed platform had left: " + String.join(", ", left));
      }
      lock.record();
      var choices = PlatformChoices.in(settings.files());
      choices.requireFreePorts(settings.files().choices());
      var platform = new LocalPlatform(settings, choices, lock, steps);
      platform.startOrClose();
      return platform;
    } catch (IOException | RuntimeException e) {
      steps.close();
      lock.close();
      throw e;
    }
  }

  public PlatformFiles files() {
    return files;
  }

  /** The operator's calls, a JSON object on each line, where the settings ask for them. */
  public Path auditLog() {
    return Objects.requireNonNull(controlPlane, "it has not started").auditLog();
  }

  /** How a person's own programs reach it. */
  public PlatformEnvironment environment() throws IOException {
    return PlatformEnvironment.read(files.environment());
  }

  /**
   * Stops everything in order, Pods first; what the folder holds stays. The first call counts, and
   * others return at once.
   */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Files.deleteIfExists(files.ready());
    var interrupted = Thread.interrupted(); // stopping takes its time even so
    sideBySide.shutdownNow(); // what is still starting ends itself
    awaitStarters();
    stop("Pods", node);
    quietly(balancer);
    quietly(client);
    try (var stopping = Executors.newVirtualThreadPerTaskExecutor()) {
      stopping.execute(() -> stop("Kafka", kafka));
      stopping.execute(() -> stop("PostgreSQL", postgres));
      stopping.execute(() -> stop("S3", s3));
      stopping.execute(() -> stop("DynamoDB", dynamo));
      stopping.execute(() -> stop("BigQuery", bigquery));
      stopping.execute(() -> stop("control plane", controlPlane));
    }
    steps.close();
    lock.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void startOrClose() throws IOException {
    try {
      startAll();
      Files.createFile(files.ready());
      steps.say("ready after " + steps.seconds());
    } catch (IOException | RuntimeException e) {
      steps.say("cannot go on; stopping what was started");
      close();
      throw e;
    }
  }

  private void startAll() throws IOException {
    var charts = new Charts(settings.repositoryRoot(), files.home("charts").data());
    var kafkaAddress = "127.0.0.1:" + choices.port("kafka");
    var crds = sideBySide.submit(charts::crds);
    var kafkaHome = files.home("kafka");
    var secure =
        settings.secureKafka() || SecureKafka.isIn(kafkaHome)
            ? SecureKafka.in(kafkaHome, settings.audited())
            : null;
    var operator =
        sideBySide.submit(() -> charts.operator(kafkaAddress, secure != null, settings.vendors()));
    var controlPlaneStart = begin("control plane", this::startControlPlane);
    var kafkaStart = begin("Kafka", () -> startKafka(secure));
    var warehouseStart = begin("PostgreSQL", this::startPostgres);
    var s3Start = beginIf(OptionalServer.S3, "S3", this::startS3);
    var dynamoStart = beginIf(OptionalServer.DYNAMODB, "DynamoDB", this::startDynamo);
    var bigqueryStart = beginIf(OptionalServer.BIGQUERY, "BigQuery", this::startBigQuery);

    var cluster = new Cluster(await(controlPlaneStart));
    var nodeStart = begin("local node", this::startNode);
    if (settings.operator()) {
      cluster.applyDefinitions(await(crds), DEFINITION_LIMIT);
      cluster.applyNamespace(Charts.NAMESPACE);
      if (secure != null) {
        var address = await(kafkaStart).bootstrapServers();
        cluster.applySecret(Charts.NAMESPACE, SecureKafka.SECRET, secret(secure, address));
      }
      cluster.apply(await(operator));
    }
    var warehouse = await(warehouseStart);
    cluster.applyStoreSecret(Warehouse.SECRET, warehouse.secret());
    var bucket = await(s3Start);
    if (bucket != null) {
      cluster.applyStoreSecret(LakeBucket.SECRET, bucket.secret());
    }
    var standIn = await(dynamoStart);
    if (standIn != null) {
      cluster.applyStoreSecret(DynamoStandIn.SECRET, DynamoStandIn.secret());
    }
    new PlatformEnvironment(
            files.kubeconfig(),
            kafkaAddress,
            secure == null ? null : secure.properties(),
            warehouse.uriWithCredentials(),
            bucket,
            standIn,
            await(bigqueryStart))
        .write(files.environment());
    await(kafkaStart);
    await(nodeStart);
    if (settings.operator()) {
      await(begin("operator", () -> awaitOperator(cluster)));
    }
  }

  private Step<KubernetesClient> startControlPlane() throws IOException {
    var binaries = ControlPlaneBinaries.resolve(true, steps::say);
    var whole = ControlPlaneSettings.whole().withDurable(true).withNodePorts(choices.nodePorts());
    var plane =
        ControlPlane.start(
            files.home("control-plane"),
            ports(),
            settings.audited() ? whole.withAuditOfAllCallsOf(Charts.OPERATOR) : whole,
            binaries);
    controlPlane = plane;
    PrivateFile.write(files.kubeconfig(), Files.readString(plane.kubeconfig()));
    var connected =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(plane.kubeconfig())))
            .build();
    client = connected;
    return new Step<>(connected, plane.url().toString());
  }

  private static Map<String, String> secret(SecureKafka kafka, String address) throws IOException {
    try {
      return kafka.secret(address);
    } catch (InterruptedException e) {
      throw new CommandException("stopped while starting", e);
    }
  }

  private Step<KafkaServer> startKafka(@Nullable SecureKafka secure) {
    var small = KafkaSettings.small();
    var started =
        KafkaServer.start(
            files.home("kafka"),
            ports(),
            secure == null ? small : small.withSecurity(secure.security()));
    kafka = started;
    return new Step<>(started, started.bootstrapServers());
  }

  private Step<Warehouse> startPostgres() throws Exception {
    var home = files.home("postgres");
    var started = PostgresServer.start(home, ports(), PostgresSettings.ofDurable());
    postgres = started;
    var warehouse = Warehouse.prepare(started, home.data().resolve("warehouse-password"));
    return new Step<>(warehouse, warehouse.uri());
  }

  private Step<LakeBucket> startS3() {
    var started = S3Server.start(files.home("s3"), ports(), steps::say);
    s3 = started;
    return new Step<>(LakeBucket.prepare(started), started.endpoint());
  }

  private Step<DynamoStandIn> startDynamo() {
    var started = DynamoDbServer.start(files.home("dynamodb"), ports(), steps::say);
    dynamo = started;
    return new Step<>(new DynamoStandIn(started.endpoint()), started.endpoint() + ", by moto");
  }

  private Step<BigQueryStandIn> startBigQuery() {
    var started = BigQueryServer.start(files.home("bigquery"), ports());
    bigquery = started;
    return new Step<>(
        new BigQueryStandIn(started.endpoint(), started.storageEndpoint()),
        started.endpoint() + ", by GoogleSQL's reference implementation");
  }

  private Step<LocalNode> startNode() throws Exception {
    var environment = new LinkedHashMap<String, String>();
    environment.put("KUBERNETES_SERVICE_HOST", "127.0.0.1");
    environment.put("KUBERNETES_SERVICE_PORT", Integer.toString(choices.port("kube-apiserver")));
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("PATH", Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin"));
    var started =
        LocalNode.start(
            new NodeConfig(
                files.kubeconfig(),
                NODE_NAME,
                files.node(),
                files.logs(),
                List.of(StagedImages.stage(settings.imageRoots(), files.images())),
                choices.podAddresses(),
                choices.port("kubelet"),
                Optional.empty(),
                environment,
                POD_GRACE));
    node = started;
    var connected = client;
    if (connected != null) {
      balancer = ServiceBalancer.start(connected, line -> steps.say("  " + line));
    }
    return new Step<>(started, "Pods on %s/24".formatted(choices.podAddresses()));
  }

  private Step<String> awaitOperator(Cluster cluster) throws InterruptedException {
    var began = System.nanoTime();
    try {
      cluster.awaitAvailable(Charts.NAMESPACE, Charts.RELEASE, OPERATOR_LIMIT);
      var rest = OPERATOR_LIMIT.minusNanos(System.nanoTime() - began);
      if (!cluster.awaitAnswer(Charts.NAMESPACE, Charts.RELEASE, rest)) {
        throw operatorIsLate(null);
      }
    } catch (KubernetesClientTimeoutException e) {
      throw operatorIsLate(e);
    }
    return new Step<>(
        Charts.RELEASE, "Deployment %s in %s".formatted(Charts.RELEASE, Charts.NAMESPACE));
  }

  private CommandException operatorIsLate(@Nullable Exception cause) {
    var message =
        "The operator was not ready after %d s. Its logs are %s/%s_%s-*.log"
            .formatted(OPERATOR_LIMIT.toSeconds(), files.logs(), Charts.NAMESPACE, Charts.RELEASE);
    return cause == null ? new CommandException(message) : new CommandException(message, cause);
  }

  private Ports ports() {
    return choices.ports();
  }

  private <T> Future<T> begin(String name, Callable<Step<T>> work) {
    return sideBySide.submit(() -> steps.run(name, work));
  }

  private <T> Future<? extends @Nullable T> beginIf(
      OptionalServer server, String name, Callable<Step<T>> work) {
    return settings.with().contains(server)
        ? begin(name, work)
        : CompletableFuture.<@Nullable T>completedFuture(null);
  }

  private static <T extends @Nullable Object> T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException | CancellationException e) {
      throw new CommandException("stopped while starting", e);
    }
  }

  private void awaitStarters() {
    try {
      sideBySide.awaitTermination(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop(String name, @Nullable AutoCloseable server) {
    if (server == null) {
      return;
    }
    try {
      steps.run(
          name,
          () -> {
            server.close();
            return new Step<>(name, "stopped");
          });
    } catch (Exception e) {
      steps.say("  %s did not stop in order: %s".formatted(name, e.getMessage()));
    }
  }

  private static void quietly(@Nullable AutoCloseable closeable) {
    if (closeable != null) {
      try {
        closeable.close();
      } catch (Exception e) {
        // Its server is about to end anyway.
      }
    }
  }
}
