package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.local.platform.LocalPlatform;
import dev.acequia.local.platform.PlatformExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What stays, and what goes, when a pipeline or its namespace is deleted. */
@ExtendWith(PlatformExtension.class)
class DeletionE2E {
  private static final String CHILDREN =
      "deployments,jobs,services,configmaps,secrets,serviceaccounts,pods";
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Platform platform;

  DeletionE2E(LocalPlatform local) {
    platform = new Platform(local);
  }

  @Test
  void deleteTakesTopicAndTableAlong() throws Exception {
    start("deletion-delete", "Delete");
    platform.kubectl.run("delete", "dp/orders", "-n", "deletion-delete", "--timeout=90s");
    assertThat(platform.topics()).noneMatch(topic -> topic.startsWith("deletion-delete."));
    assertThat(tables("deletion_delete")).isEmpty();
    assertThat(platform.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE '%deletion_delete%'"))
        .isEmpty();
    awaitNoChildren("deletion-delete");
  }

  @Test
  void retainKeepsTopicAndTableOnly() throws Exception {
    start("deletion-retain", "Retain");
    platform.kubectl.run("delete", "dp/orders", "-n", "deletion-retain", "--timeout=90s");
    assertThat(platform.topics()).contains("deletion-retain.orders", "deletion-retain.orders.dlq");
    assertThat(tables("deletion_retain")).contains("orders");
    awaitNoChildren("deletion-retain");
  }

  @Test
  void aNamespaceDeletedWhileTheOperatorIsDownEndsWhenItIsBack() throws Exception {
    start("deletion-namespace", "Delete");
    platform.kubectl.run("scale", "deployment/acequia", "--replicas=0", "-n", "acequia-system");
    await()
        .atMost(LIMIT)
        .until(
            () -> platform.get("acequia-system", "pods", ".items[*].metadata.name"),
            String::isEmpty);
    platform.kubectl.run("delete", "namespace", "deletion-namespace", "--wait=false");

    platform.kubectl.run("scale", "deployment/acequia", "--replicas=1", "-n", "acequia-system");
    platform.kubectl.run("wait", "--for=delete", "namespace/deletion-namespace", "--timeout=120s");
    assertThat(platform.topics()).noneMatch(topic -> topic.startsWith("deletion-namespace."));
    assertThat(tables("deletion_namespace")).contains("orders");
    assertThat(platform.kubectl.run("logs", "deployment/acequia", "-n", "acequia-system"))
        .containsPattern("DROP TABLE.*deletion_namespace.*orders");
  }

  private void start(String namespace, String deletionPolicy) throws Exception {
    platform.createNamespace(namespace);
    platform.kubectl.apply(
        """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: orders, namespace: %s}
        spec:
          schema: {fields: [{name: id, type: int64, required: true}]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 1}
          deletionPolicy: %s
        """
            .formatted(namespace, deletionPolicy));
    platform.awaitReady(namespace, "orders");
    assertThat(
            platform
                .push(platform.endpoint(namespace, "orders"), "application/json", "{\"id\":1}")
                .statusCode())
        .isEqualTo(200);
    await()
        .atMost(Platform.TIMEOUT)
        .until(
            () ->
                platform
                    .sql("SELECT count(*) FROM %s.orders".formatted(namespace.replace('-', '_')))
                    .contains("1"));
  }

  private java.util.List<String> tables(String schema) throws Exception {
    return platform.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = '" + schema + "'");
  }

  private void awaitNoChildren(String namespace) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        platform.get(
                            namespace,
                            CHILDREN,
                            ".items[*].metadata.name",
                            "-l",
                            "app.kubernetes.io/managed-by=acequia"))
                    .isEmpty());
  }
}
