package dev.acequia.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaneIT {
  @TempDir Path folder;

  @Test
  void runsControllersAndEndsNamespaces() throws Exception {
    try (var plane = ControlPlane.start(folder)) {
      assertThat(kubectl(plane, "create", "namespace", "ops")).contains("ops created");
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertThat(kubectl(plane, "-n", "ops", "get", "serviceaccount,configmap"))
                      .contains("serviceaccount/default")
                      .contains("configmap/kube-root-ca.crt"));
      assertThat(kubectl(plane, "auth", "can-i", "create", "pods", "--as=nobody")).contains("no");
      assertThat(kubectl(plane, "delete", "namespace", "ops", "--timeout=30s"))
          .contains("\"ops\" deleted");
    }
    assertThat(ProcessRecord.readAll(folder.resolve("run"))).isEmpty();
  }

  @Test
  void keepsItsObjectsAddressAndTokensAfterItWasKilled() throws Exception {
    String kubeconfig;
    try (var plane = ControlPlane.startApiServer(folder)) {
      kubeconfig = java.nio.file.Files.readString(plane.kubeconfig());
      assertThat(kubectl(plane, "create", "configmap", "kept", "--from-literal=answer=42"))
          .contains("kept created");
      plane.kill();
    }

    try (var plane = ControlPlane.startApiServer(folder)) {
      assertThat(plane.kubeconfig()).hasContent(kubeconfig);
      assertThat(kubectl(plane, "get", "configmap", "kept", "-o=jsonpath={.data.answer}"))
          .isEqualTo("42");
    }
  }

  private static String kubectl(ControlPlane plane, String... arguments)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(List.of(plane.kubectl().toString(), "--kubeconfig=" + plane.kubeconfig()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
