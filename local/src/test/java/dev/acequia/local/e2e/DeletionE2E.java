package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stays, and what goes, when a pipeline or its namespace is deleted. */
@EndToEnd
class DeletionE2E {
  private static final String CHILDREN =
      "deployments,jobs,services,configmaps,secrets,serviceaccounts,pods";
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Platform platform;

  DeletionE2E(Platform platform) {
    this.platform = platform;
  }

  @Test
  void deleteTakesTopicAndTableAlong() throws Exception {
    start(platform, "deletion-delete", "Delete");
    platform.kubectl.run("delete", "dp/orders", "-n", "deletion-delete", "--timeout=90s");
    assertThat(platform.topics()).noneMatch(topic -> topic.startsWith("deletion-delete."));
    assertThat(tables(platform, "deletion_delete")).isEmpty();
    assertThat(platform.sql("SELECT rolname FROM pg_roles WHERE rolname LIKE '%deletion_delete%'"))
        .isEmpty();
    awaitNoChildren("deletion-delete");
  }

  @Test
  void retainKeepsTopicAndTableOnly() throws Exception {
    start(platform, "deletion-retain", "Retain");
    platform.kubectl.run("delete", "dp/orders", "-n", "deletion-retain", "--timeout=90s");
    assertThat(platform.topics()).contains("deletion-retain.orders", "deletion-retain.orders.dlq");
    assertThat(tables(platform, "deletion_retain")).contains("orders");
    awaitNoChildren("deletion-retain");
  }

  static void start(Platform platform, String namespace, String deletionPolicy) throws Exception {
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

  static List<String> tables(Platform platform, String schema) throws Exception {
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
