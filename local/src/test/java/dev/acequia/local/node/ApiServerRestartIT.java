package dev.acequia.local.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.servers.ControlPlane;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiServerRestartIT {
  @TempDir Path folder;

  @Test
  void tellsAfterwardsWhatHappenedWhileTheApiServerWasAway() throws Exception {
    var image = Files.createDirectories(folder.resolve("images/tools")).resolve("entrypoint");
    Files.writeString(image, "#!/bin/sh\nexec \"$@\"\n");
    assertThat(image.toFile().setExecutable(true)).isTrue();
    var go = folder.resolve("go");
    var plane = folder.resolve("plane");

    var first = ControlPlane.startApiServer(plane);
    try (var node = LocalNode.start(config(first.kubeconfig()));
        var client = client(first.kubeconfig())) {
      assertThat(node.kubeletPort()).isPositive();
      create(client, "before", "while ! test -e '" + go + "'; do sleep 0.1; done; exit 3");
      var running = awaitPhase(client, "before", "Running");
      var id =
          running
              .getStatus()
              .getContainerStatuses()
              .getFirst()
              .getContainerID()
              .replace(PodStatusView.RUNTIME, "");

      first.kill();
      Files.createFile(go);
      await().atMost(Duration.ofSeconds(10)).until(() -> ProcessMark.find(Set.of(id)).isEmpty());

      try (var second = ControlPlane.startApiServer(plane)) {
        assertThat(second.isAlive()).isTrue();
        var ended = awaitPhase(client, "before", "Failed");
        assertThat(NodeCluster.main(ended).getState().getTerminated().getExitCode()).isEqualTo(3);
        create(client, "after", "exit 0");
        awaitPhase(client, "after", "Succeeded");
      }
    } finally {
      first.kill();
    }
  }

  private static void create(KubernetesClient client, String name, String script) {
    var pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(name)
            .endMetadata()
            .withNewSpec()
            .withNodeName("local")
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("main")
            .withImage("tools")
            .withArgs("sh", "-c", script)
            .endContainer()
            .endSpec()
            .build();
    client.pods().inNamespace("default").resource(pod).create();
  }

  private static Pod awaitPhase(KubernetesClient client, String name, String phase) {
    return await()
        .atMost(Duration.ofSeconds(40))
        .ignoreExceptions()
        .until(
            () -> client.pods().inNamespace("default").withName(name).get(),
            pod -> NodeCluster.isInPhase(pod, phase));
  }

  private static KubernetesClient client(Path kubeconfig) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
        .build();
  }

  private NodeConfig config(Path kubeconfig) {
    var random = ThreadLocalRandom.current();
    return new NodeConfig(
        kubeconfig,
        "local",
        folder.resolve("node"),
        folder.resolve("logs"),
        List.of(folder.resolve("images")),
        "127.%d.%d.0".formatted(random.nextInt(64, 250), random.nextInt(250)),
        0,
        Optional.empty(),
        Map.of(),
        Duration.ofSeconds(2));
  }
}
