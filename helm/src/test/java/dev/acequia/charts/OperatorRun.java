package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.operator.OperatorProcess;
import dev.acequia.servers.ControlPlane;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The operator's own process, as the ServiceAccount that a rendered chart has made and with the
 * configuration in it.
 */
final class OperatorRun implements AutoCloseable {
  static final String NAMESPACE = "acequia-system";
  static final String USER = "system:serviceaccount:" + NAMESPACE + ":acequia";

  private static final String ADDRESS =
      "127.78." + (ProcessHandle.current().pid() % 250 + 1) + ".1";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;

  private OperatorRun(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it, whatever becomes of it. */
  static OperatorRun start(
      Path folder, ControlPlane plane, KubernetesClient admin, List<HasMetadata> chart)
      throws IOException {
    var log = Files.createTempFile(folder, "operator-", ".log");
    var name = log.getFileName().toString().replace(".log", "");
    var platform = Files.writeString(folder.resolve(name + ".yaml"), platform(chart));
    var kubeconfig =
        Files.writeString(folder.resolve(name + ".kubeconfig"), kubeconfig(plane, admin));
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                OperatorProcess.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    var environment = builder.environment();
    environment.put("KUBECONFIG", kubeconfig.toString());
    environment.put("ACEQUIA_PLATFORM_CONFIG", platform.toString());
    environment.put("ACEQUIA_BIND_ADDRESS", ADDRESS);
    environment.put("POD_NAME", name);
    environment.put("POD_NAMESPACE", NAMESPACE);
    return new OperatorRun(builder.start(), log);
  }

  OperatorRun awaitReady() {
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(
            () -> {
              assertThat(process.isAlive()).as(log()).isTrue();
              return ask("/health/ready").statusCode() == 200;
            });
    return this;
  }

  /** What its management port answers, whatever the status. */
  String get(String path) throws IOException, InterruptedException {
    return ask(path).body();
  }

  private static HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://" + ADDRESS + ":8081" + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Waits until it has ended by itself. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as(log()).isTrue();
    return process.exitValue();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Ends it as Kubernetes does, so that it gives its lease back. */
  @Override
  public void close() {
    process.destroy();
    await().atMost(LIMIT).until(() -> !process.isAlive());
  }

  private static String platform(List<HasMetadata> chart) {
    return chart.stream()
        .filter(ConfigMap.class::isInstance)
        .map(object -> ((ConfigMap) object).getData().get("platform.yaml"))
        .filter(text -> text != null)
        .findFirst()
        .orElseThrow();
  }

  private static String kubeconfig(ControlPlane plane, KubernetesClient admin) throws IOException {
    var token =
        admin
            .serviceAccounts()
            .inNamespace(NAMESPACE)
            .withName("acequia")
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(Duration.ofHours(1).toSeconds())
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    return """
    apiVersion: v1
    kind: Config
    clusters:
    - {name: test, cluster: {server: "%s", certificate-authority-data: %s}}
    users:
    - {name: operator, user: {token: "%s"}}
    contexts:
    - {name: test, context: {cluster: test, user: operator}}
    current-context: test
    """
        .formatted(
            plane.url(),
            Base64.getEncoder().encodeToString(Files.readAllBytes(plane.certificateAuthority())),
            token);
  }
}
