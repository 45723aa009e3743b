package dev.acequia.operator.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The end of a pipeline that leaves its topics and its table. */
class PipelineRemovalTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final RemovalScene scene = new RemovalScene("Retain");
  private final KubernetesClient client =
      new KubernetesClientBuilder().withConfig(Config.empty()).build();

  @AfterEach
  void close() {
    scene.close();
    client.close();
  }

  @Test
  void waitsThreeSecondsForAKafkaThatIsOnlySlow() throws InterruptedException {
    var asked = new CountDownLatch(1);
    var removal = scene.removal(client, RemovalScene.silent(asked::countDown));
    assertThat(advance(removal)).isPresent();
    asked.await();
    scene.pass(Duration.ofSeconds(3));
    assertThat(advance(removal)).isPresent();
    scene.pass(Duration.ofSeconds(1));
    assertThat(advance(removal)).isEmpty();
  }

  /** Nothing asks Kafka again about what has failed like this. */
  @Test
  void doesNotWaitForWhatFailed() {
    var removal =
        scene.removal(
            client,
            (_, method, _) -> {
              throw new IllegalStateException(method.getName());
            });
    await().atMost(LIMIT).until(() -> advance(removal).isEmpty());
  }

  private Optional<Duration> advance(PipelineRemoval removal) {
    return removal.advance(scene.pipeline, TestTopics.noChildren(), scene.claimant);
  }
}
