package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A namespace that is deleted while nobody is there to clean up. */
@EndToEnd
@Isolated("the operator is down for a while")
class NamespaceDeletionE2E {
  private final Platform platform;

  NamespaceDeletionE2E(Platform platform) {
    this.platform = platform;
  }

  @Test
  void aNamespaceDeletedWhileTheOperatorIsDownEndsWhenItIsBack() throws Exception {
    DeletionE2E.start(platform, "deletion-namespace", "Delete");
    platform.kubectl.run("scale", "deployment/acequia", "--replicas=0", "-n", "acequia-system");
    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> platform.get("acequia-system", "pods", ".items[*].metadata.name"),
            String::isEmpty);
    platform.kubectl.run("delete", "namespace", "deletion-namespace", "--wait=false");

    platform.kubectl.run("scale", "deployment/acequia", "--replicas=1", "-n", "acequia-system");
    platform.kubectl.run("wait", "--for=delete", "namespace/deletion-namespace", "--timeout=120s");
    assertThat(platform.topics()).noneMatch(topic -> topic.startsWith("deletion-namespace."));
    assertThat(DeletionE2E.tables(platform, "deletion_namespace")).contains("orders");
    assertThat(platform.kubectl.run("logs", "deployment/acequia", "-n", "acequia-system"))
        .containsPattern("\"deletion_namespace\"; DROP TABLE.*\"orders\"");
  }
}
