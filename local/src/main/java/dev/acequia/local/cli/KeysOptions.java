package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.keys.KeySecret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whose keys a command is about, and where they are kept. */
final class KeysOptions {
  @Parameters(index = "0", paramLabel = "PIPELINE", description = "The pipeline's name.")
  private String pipeline;

  @Mixin private KubernetesOptions cluster;

  @Option(
      names = "--secret",
      paramLabel = "NAME",
      description =
          "The Secret (default: the one that the pipeline names; to be given when there is no "
              + "pipeline yet).")
  private @Nullable String secret;

  String pipeline() {
    return pipeline;
  }

  /**
   * Does something with the keys.
   *
   * @throws CommandException when the pipeline has no keys, or the cluster does not answer
   */
  void use(Consumer<KeySecret> work) {
    LibraryLogs.onlyErrors();
    try (var client = cluster.kubernetes()) {
      work.accept(new KeySecret(client, cluster.namespace(client), secretName(client)));
    } catch (KubernetesClientException e) {
      throw new CommandException("the cluster refused: " + Explanation.of(e), e);
    }
  }

  private String secretName(KubernetesClient client) {
    if (secret != null) {
      return secret;
    }
    DataPipeline found = cluster.pipeline(client, pipeline);
    var auth = found.getSpec().api().auth();
    if (auth == null || auth.apiKeysSecretName() == null) {
      throw new CommandException(
          "pipeline %s knows no API keys: set spec.api.auth.apiKeysSecretName, or name a Secret with --secret"
              .formatted(pipeline));
    }
    return auth.apiKeysSecretName();
  }
}
