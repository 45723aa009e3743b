package dev.acequia.argocd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.charts.Chart;
import dev.acequia.charts.Kubectl;
import dev.acequia.servers.ControlPlane;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real API server with Argo CD's own definitions takes what the folder argocd/ holds. */
class ArgoCdIT {
  @TempDir static Path folder;
  private static ControlPlane plane;
  private static Kubectl kubectl;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.startApiServer(folder);
    kubectl = new Kubectl(plane);
    kubectl.ok("apply", "--server-side", "-f", "src/test/resources/argo-cd");
    kubectl.okWith(Chart.CRDS.render(), "apply", "-f", "-");
    kubectl.ok("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s");
    kubectl.ok("create", "namespace", "argocd");
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "project.yaml",
        "application.yaml",
        "applicationset-platform.yaml",
        "applicationset-pipelines.yaml",
        "health/argocd-cm.yaml"
      })
  void serverTakes(String file) throws Exception {
    assertThat(
            kubectl.ok(
                "apply",
                "--dry-run=server",
                "--validate=strict",
                "-f",
                ArgoCdTest.FOLDER.resolve(file).toString()))
        .contains("created (server dry run)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"platform", "pipelines"})
  void serverTakesTheApplicationsOf(String set) throws Exception {
    var file = ArgoCdTest.FOLDER.resolve("applicationset-" + set + ".yaml");
    for (var application : new ApplicationSet(file).applications(folder)) {
      kubectl.okWith(
          ApplicationSet.YAML.writeValueAsString(application),
          "apply",
          "--dry-run=server",
          "--validate=strict",
          "--namespace=argocd",
          "-f",
          "-");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"develop", "qa", "staging", "prod"})
  void serverTakesThePipelinesOf(String environment) throws Exception {
    kubectl.ok("create", "namespace", "data-" + environment);
    var pipelines =
        kubectl.ok(
            "kustomize",
            ArgoCdTest.FOLDER.resolve("environments/" + environment + "/pipelines").toString());
    assertThat(kubectl.okWith(pipelines, "apply", "--server-side", "-f", "-"))
        .contains("datapipeline.acequia.dev/flights serverside-applied");
  }

  @Test
  void environmentsDifferInWhatTheySay() throws Exception {
    assertThat(kubectl.ok("kustomize", "../argocd/environments/develop/pipelines"))
        .contains("namespace: data-develop", "deletionPolicy: Delete", "retention: 1d");
    assertThat(kubectl.ok("kustomize", "../argocd/environments/prod/pipelines"))
        .contains("namespace: data-prod", "replicas: 3", "retention: 30d")
        .doesNotContain("deletionPolicy");
  }
}
