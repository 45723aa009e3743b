package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.ControlPlane;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A control plane with one local node, shared by all tests of a run. Images: {@code tools} runs
 * what it is told, {@code web} serves its working directory on port 18080.
 */
final class NodeCluster implements AutoCloseable {
  static final String NODE = "local";
  static final int WEB_PORT = 18080;
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final AtomicInteger NAMESPACES = new AtomicInteger();

  private final Path folder;
  private final ControlPlane controlPlane;
  private final KubernetesClient client;
  private final LocalNode node;

  private NodeCluster() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("acequia-node-");
    images(folder.resolve("images"));
    controlPlane = ControlPlane.start(folder.resolve("plane"));
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(controlPlane.kubeconfig().toFile()))
            .build();
    node = LocalNode.start(config(NODE));
  }

  /** Gives a cluster to tests that take one as a parameter. */
  static final class Extension implements BeforeAllCallback, ParameterResolver {
    @Override
    public void beforeAll(ExtensionContext context) {
      cluster(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == NodeCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return cluster(context);
    }

    private static NodeCluster cluster(ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.GLOBAL)
          .computeIfAbsent(
              NodeCluster.class,
              _ -> {
                try {
                  return new NodeCluster();
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              NodeCluster.class);
    }
  }

  NodeConfig config(String name) {
    var random = ThreadLocalRandom.current();
    var api = controlPlane.url();
    return new NodeConfig(
        controlPlane.kubeconfig(),
        name,
        folder.resolve(name),
        logs(name),
        List.of(folder.resolve("images")),
        "127.%d.%d.0".formatted(random.nextInt(64, 250), random.nextInt(250)),
        0,
        Optional.empty(),
        Map.of(
            "KUBERNETES_SERVICE_HOST", api.getHost(),
            "KUBERNETES_SERVICE_PORT", Integer.toString(api.getPort())),
        Duration.ofSeconds(5));
  }

  /**
   * For a second node in the cluster. It is cordoned before it is there, so that no Pod of another
   * test comes to a node that ends; Pods get there by {@code nodeName}.
   */
  NodeConfig cordoned(String name) {
    client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withUnschedulable(true)
                .endSpec()
                .build())
        .create();
    return config(name);
  }

  Path logs(String name) {
    return folder.resolve("logs-" + name);
  }

  KubernetesClient client() {
    return client;
  }

  /** A new namespace, usable at once. */
  String namespace() {
    var name = "test-" + NAMESPACES.incrementAndGet();
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                client.serviceAccounts().inNamespace(name).withName("default").get() != null
                    && client.configMaps().inNamespace(name).withName("kube-root-ca.crt").get()
                        != null);
    return name;
  }

  /** Creates what a YAML document says. */
  void apply(String namespace, String text) {
    var yaml = "---\n" + text; // or what begins with a brace is taken for JSON
    List<HasMetadata> objects =
        client
            .load(new java.io.ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
            .items();
    objects.forEach(object -> client.resource(object).inNamespace(namespace).create());
  }

  /** The Pod once it is as wanted. */
  Pod pod(String namespace, String name, Predicate<Pod> wanted) {
    return await()
        .alias("pod " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> client.pods().inNamespace(namespace).withName(name).get(),
            pod -> pod != null && wanted.test(pod));
  }

  List<Pod> pods(String namespace) {
    return client.pods().inNamespace(namespace).list().getItems();
  }

  void awaitGone(String namespace, String pod) {
    await()
        .atMost(PATIENCE)
        .until(() -> client.pods().inNamespace(namespace).withName(pod).get() == null);
  }

  /** Reasons and messages of a Pod's Events. */
  List<String> events(String namespace, String pod) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getInvolvedObject().getName().equals(pod))
        .map(NodeCluster::title)
        .toList();
  }

  void awaitEvent(String namespace, String pod, String beginning) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(events(namespace, pod)).anyMatch(e -> e.startsWith(beginning)));
  }

  private static String title(Event event) {
    return event.getReason() + ": " + event.getMessage();
  }

  /** What kubectl prints, standard error included. */
  String kubectl(String... arguments) throws IOException, InterruptedException {
    var process = startKubectl(arguments);
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  Process startKubectl(String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                controlPlane.kubectl().toString(), "--kubeconfig=" + controlPlane.kubeconfig()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Override
  public void close() throws IOException {
    node.close();
    client.close();
    controlPlane.close();
    AtomicFolder.delete(folder);
  }

  static ContainerStatus main(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst();
  }

  static boolean hasContainers(Pod pod) {
    return pod.getStatus() != null && !pod.getStatus().getContainerStatuses().isEmpty();
  }

  static boolean isInPhase(Pod pod, String phase) {
    return pod.getStatus() != null && phase.equals(pod.getStatus().getPhase());
  }

  static boolean isReady(Pod pod) {
    return condition(pod, "Ready").equals("True");
  }

  static String condition(Pod pod, String type) {
    return pod.getStatus() == null
        ? ""
        : pod.getStatus().getConditions().stream()
            .filter(condition -> condition.getType().equals(type))
            .map(condition -> condition.getStatus())
            .findFirst()
            .orElse("");
  }

  static URI web(Pod pod) {
    return URI.create("http://" + pod.getStatus().getPodIP() + ":" + WEB_PORT + "/");
  }

  private static void images(Path images) throws IOException {
    image(images, "tools", "exec \"$@\"");
    image(
        images,
        "web",
        "exec \"$JAVA_HOME/bin/jwebserver\" -b \"$ACEQUIA_BIND_ADDRESS\" -p " + WEB_PORT);
  }

  private static void image(Path images, String name, String script) throws IOException {
    var entrypoint = Files.createDirectories(images.resolve(name)).resolve("entrypoint");
    Files.writeString(entrypoint, "#!/bin/sh\n" + script + "\n");
    assertThat(entrypoint.toFile().setExecutable(true)).isTrue();
  }
}
