package dev.acequia.local.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.acequia.local.CommandException;
import dev.acequia.servers.ControlPlaneBinaries;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LocalPlatformIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path folder;

  @BeforeEach
  void makeImage() throws IOException {
    var image = Files.createDirectories(folder.resolve("built/web"));
    var entrypoint = image.resolve("entrypoint");
    Files.writeString(
        entrypoint,
        """
        #!/bin/sh
        exec "$JAVA_HOME/bin/jwebserver" -b "$ACEQUIA_BIND_ADDRESS" -p 8080 -d "$(dirname "$0")"
        """);
    Files.setPosixFilePermissions(entrypoint, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void goesOnAfterDownWhereItWas() throws Exception {
    PlatformEnvironment before;
    int nodePort;
    try (var platform = LocalPlatform.start(settings(folder), System.out::println)) {
      before = platform.environment();
      try (var client = client(platform.files())) {
        nodePort = deploy(client);
        awaitAnswer(nodePort);
      }
      execute(before, "CREATE SCHEMA kept");
      assertThatThrownBy(() -> LocalPlatform.start(settings(folder), line -> {}))
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("already runs on " + platform.files().folder());
    }
    assertThat(RunningPlatform.find(files(folder))).isEmpty();
    assertThat(ask(nodePort)).isEqualTo(-1);

    try (var platform = LocalPlatform.start(settings(folder), System.out::println)) {
      assertThat(platform.environment()).isEqualTo(before);
      awaitAnswer(nodePort);
      execute(before, "CREATE TABLE kept.rows ()");
    }
  }

  @Test
  void endsWhatAKilledPlatformLeft() throws Exception {
    var files = files(folder);
    var killed =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + ControlPlaneBinaries.ROOT_PROPERTY + "=" + root(),
                "-cp",
                System.getProperty("java.class.path"),
                Killed.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.exists(files.ready()) || !killed.isAlive());
    int nodePort;
    try (var client = client(files)) {
      nodePort = deploy(client);
      awaitAnswer(nodePort);
    }
    var children = killed.descendants().toList();
    assertThat(children).hasSizeGreaterThan(6);

    killed.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

    try (var platform = LocalPlatform.start(settings(folder), System.out::println)) {
      // The shell that watches over the others looks after them once more before it ends too.
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(children).noneMatch(ProcessHandle::isAlive));
      awaitAnswer(nodePort);
      assertThat(platform.files().ready()).exists();
    }
  }

  private static PlatformSettings settings(Path folder) {
    return new PlatformSettings(
        files(folder),
        root(),
        List.of(folder.resolve("built")),
        false,
        false,
        Set.of(),
        null,
        false);
  }

  private static PlatformFiles files(Path folder) {
    return new PlatformFiles(folder.resolve("platform"));
  }

  private static Path root() {
    return ControlPlaneBinaries.repositoryRoot();
  }

  private static KubernetesClient client(PlatformFiles files) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(files.kubeconfig().toFile()))
        .build();
  }

  private static int deploy(KubernetesClient client) {
    client.namespaces().resource(namespace()).serverSideApply();
    client.resource(deployment()).serverSideApply();
    return client
        .resource(service())
        .serverSideApply()
        .getSpec()
        .getPorts()
        .getFirst()
        .getNodePort();
  }

  private static void awaitAnswer(int nodePort) {
    await().atMost(LIMIT).until(() -> ask(nodePort) == 200);
  }

  /** The status of {@code GET /}, or -1 when nobody answers. */
  private static int ask(int nodePort) throws InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + nodePort + "/entrypoint"))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException nobody) {
      return -1;
    }
  }

  private static void execute(PlatformEnvironment environment, String sql) throws Exception {
    var uri = URI.create(environment.postgresUri());
    var login = uri.getUserInfo().split(":", 2);
    try (var connection =
            DriverManager.getConnection(
                "jdbc:postgresql://%s:%d%s".formatted(uri.getHost(), uri.getPort(), uri.getPath()),
                login[0],
                login[1]);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static io.fabric8.kubernetes.api.model.Namespace namespace() {
    return new io.fabric8.kubernetes.api.model.NamespaceBuilder()
        .withNewMetadata()
        .withName("ops")
        .endMetadata()
        .build();
  }

  private static Deployment deployment() {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withName("web")
        .withNamespace("ops")
        .endMetadata()
        .withNewSpec()
        .withReplicas(2)
        .withNewSelector()
        .addToMatchLabels("app", "web")
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", "web")
        .endMetadata()
        .withNewSpec()
        .withTerminationGracePeriodSeconds(5L)
        .addNewContainer()
        .withName("web")
        .withImage("web:1")
        .addNewPort()
        .withName("http")
        .withContainerPort(8080)
        .endPort()
        .withNewReadinessProbe()
        .withPeriodSeconds(1)
        .withNewTcpSocket()
        .withNewPort("http")
        .endTcpSocket()
        .endReadinessProbe()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static Service service() {
    return new ServiceBuilder()
        .withNewMetadata()
        .withName("web")
        .withNamespace("ops")
        .endMetadata()
        .withNewSpec()
        .withType("NodePort")
        .withSelector(Map.of("app", "web"))
        .addNewPort()
        .withName("http")
        .withPort(80)
        .withNewTargetPort("http")
        .endPort()
        .endSpec()
        .build();
  }

  /** A platform that is never stopped in order. */
  static final class Killed {
    public static void main(String[] arguments) throws Exception {
      LocalPlatform.start(settings(Path.of(arguments[0])), System.out::println);
      Thread.currentThread().join(); // Until the test kills this process.
    }
  }
}
