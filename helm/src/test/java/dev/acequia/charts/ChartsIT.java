package dev.acequia.charts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.servers.ControlPlane;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real API server takes what the charts render, and RBAC gives the operator no more than that.
 */
class ChartsIT {
  private static final Chart OPERATOR =
      Chart.OPERATOR
          .with("monitoring.podMonitor.enabled", true)
          .with("monitoring.rules.enabled", true);

  @TempDir static Path folder;
  private static ControlPlane plane;
  private static Kubectl kubectl;

  /** What a dry run of the operator's chart printed in an empty cluster. */
  private static String dryRun;

  @BeforeAll
  static void start() throws Exception {
    plane = ControlPlane.startApiServer(folder);
    kubectl = new Kubectl(plane);
    kubectl.okWith(
        """
        apiVersion: v1
        kind: Namespace
        metadata:
          name: acequia-system
          labels:
            pod-security.kubernetes.io/enforce: restricted
            pod-security.kubernetes.io/warn: restricted
        """,
        "apply",
        "-f",
        "-");
    kubectl.ok("create", "namespace", "ops");
    kubectl.ok("apply", "--server-side", "-f", "src/test/resources/prometheus-operator");
    kubectl.okWith(Chart.CRDS.render(), "apply", "-f", "-");
    kubectl.ok("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s");
    dryRun =
        kubectl.okWith(
            OPERATOR.render(), "apply", "--dry-run=server", "--validate=strict", "-f", "-");
    kubectl.okWith(OPERATOR.render(), "apply", "-f", "-");
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  @Test
  void serverTakesTheCrdsChart() throws Exception {
    assertThat(kubectl.okWith(Chart.CRDS.render(), "apply", "--dry-run=server", "-f", "-"))
        .contains("datapipelines.acequia.dev", "datapipelinereplays.acequia.dev")
        .doesNotContain("Warning");
  }

  /** Strict: an unknown field is an error, and a breach of restricted Pod security a warning. */
  @Test
  void serverTakesTheOperatorsChart() throws Exception {
    assertThat(dryRun)
        .contains(
            "deployment.apps/acequia created",
            "podmonitor.monitoring.coreos.com/acequia created",
            "podmonitor.monitoring.coreos.com/acequia-pipelines created",
            "prometheusrule.monitoring.coreos.com/acequia created",
            "configmap/acequia-dashboards created")
        .doesNotContain("Warning");
  }

  @ParameterizedTest
  @CsvSource({
    "patch, datapipelines.acequia.dev/flights",
    "patch, datapipelines.acequia.dev --subresource=status",
    "watch, datapipelinereplays.acequia.dev",
    "patch, datapipelinereplays.acequia.dev --subresource=status",
    "create, deployments.apps",
    "create, jobs.batch",
    "create, secrets",
    "delete, configmaps",
    "watch, pods",
    "create, events.events.k8s.io",
  })
  void operatorMay(String verb, String resource) throws Exception {
    assertThat(may(verb, resource)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "create, datapipelines.acequia.dev",
    "delete, datapipelines.acequia.dev",
    "patch, datapipelinereplays.acequia.dev/again",
    "delete, datapipelinereplays.acequia.dev",
    "create, pods",
    "delete, pods",
    "create, pods --subresource=exec",
    "create, serviceaccounts --subresource=token",
    "impersonate, serviceaccounts",
    "create, roles.rbac.authorization.k8s.io",
    "create, rolebindings.rbac.authorization.k8s.io",
    "delete, namespaces",
    "list, nodes",
    "update, customresourcedefinitions.apiextensions.k8s.io",
    "get, leases.coordination.k8s.io",
    "delete, persistentvolumeclaims",
    "update, datapipelines.acequia.dev/flights",
    "update, datapipelines.acequia.dev --subresource=status",
    "get, datapipelinereplays.acequia.dev",
    "update, deployments.apps",
    "delete, secrets",
    "delete, services",
    "delete, serviceaccounts",
    "deletecollection, jobs.batch",
    "list, namespaces",
    "get, customresourcedefinitions.apiextensions.k8s.io",
  })
  void operatorMayNot(String verb, String resource) throws Exception {
    assertThat(may(verb, resource)).isFalse();
  }

  @Test
  void operatorElectsItsLeaderInItsOwnNamespaceOnly() throws Exception {
    assertThat(
            kubectl.operatorMay(
                "create", "leases.coordination.k8s.io", "--namespace=acequia-system"))
        .isTrue();
  }

  private static boolean may(String verb, String resource) throws Exception {
    var parts = resource.split(" ");
    return parts.length == 1
        ? kubectl.operatorMay(verb, resource)
        : kubectl.operatorMay(verb, parts[0], "--namespace=ops", parts[1]);
  }
}
