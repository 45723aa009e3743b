package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.local.cli.demo.Screen;
import dev.acequia.local.cli.demo.SeedsDemo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** {@code ./acequia demo --seeds}, on a platform that is there. */
@EndToEnd
class SeedsE2E {
  @AfterAll
  static void remove(Platform platform) {
    platform.kubectl.run(
        "delete",
        "-n",
        "default",
        "--ignore-not-found",
        "--timeout=90s",
        "dp/passengers-sns",
        "dp/flights",
        "dp/readings",
        "dp/departures",
        "secret/readings-firehose");
  }

  @Test
  void storesOnceWhatFourSourcesSendTwice(Platform platform) throws Exception {
    var lines = new ArrayList<String>();
    var config = Config.fromKubeconfig(Files.readString(platform.environment.kubeconfig()));
    try (var client = new KubernetesClientBuilder().withConfig(config).build()) {
      new SeedsDemo(
              client,
              platform.repository.resolve("examples"),
              platform.files,
              platform.vendors,
              new Screen(lines::add))
          .run();
    }
    var screen = String.join("\n", lines);
    assertThat(screen)
        .containsPattern("A +SNS: signed notifications +.* 20 +20 +20 +\\{")
        .containsPattern("B +HTTP: one post of NDJSON +.* 5,000 +5,000 +5,000 +\\{")
        .containsPattern("C +Kinesis: deliveries of Firehose +.* 100 +100 +100 +\\{")
        .containsPattern("D +Pub/Sub: pushes with OIDC tokens +.* 200 +20 +200 +\\{");
  }
}
