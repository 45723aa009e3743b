package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster and namespace a command is about: the local platform's, unless told. */
final class KubernetesOptions {
  private static final Path LOCAL_KUBECONFIG = Path.of(".acequia", "kubeconfig");

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "The pipeline's namespace (default: the kubeconfig's).")
  private @Nullable String namespace;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "The cluster (default: $KUBECONFIG, else .acequia/kubeconfig).")
  private @Nullable Path kubeconfig;

  KubernetesClient kubernetes() {
    var file = kubeconfig();
    try {
      var config = Config.fromKubeconfig(Files.readString(file));
      return new KubernetesClientBuilder().withConfig(config).build();
    } catch (IOException e) {
      throw new CommandException(
          file + ": no kubeconfig there; name one with --kubeconfig, or start ./acequia up", e);
    }
  }

  /**
   * The pipeline.
   *
   * @throws CommandException when it is not there, or the cluster does not answer
   */
  DataPipeline pipeline(KubernetesClient client, String name) {
    var in = namespace(client);
    try {
      var found = client.resources(DataPipeline.class).inNamespace(in).withName(name).get();
      if (found == null) {
        throw new CommandException("there is no DataPipeline " + name + " in namespace " + in);
      }
      return found;
    } catch (KubernetesClientException e) {
      throw new CommandException(
          "the cluster at %s does not answer: %s"
              .formatted(client.getMasterUrl(), Explanation.of(e)),
          e);
    }
  }

  Optional<String> givenNamespace() {
    return Optional.ofNullable(namespace);
  }

  /** The namespace as options and kubeconfig say. */
  String namespaceWithoutAsking() {
    if (namespace != null) {
      return namespace;
    }
    var file = kubeconfig();
    if (!Files.exists(file)) {
      return "default";
    }
    try {
      var ofContext = Config.fromKubeconfig(Files.readString(file)).getNamespace();
      return ofContext == null ? "default" : ofContext;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String namespace(KubernetesClient client) {
    if (namespace != null) {
      return namespace;
    }
    var ofContext = client.getNamespace();
    return ofContext == null ? "default" : ofContext;
  }

  Path kubeconfig() {
    if (kubeconfig != null) {
      return kubeconfig;
    }
    var variable = System.getenv("KUBECONFIG");
    return variable == null || variable.isEmpty() ? LOCAL_KUBECONFIG : Path.of(variable);
  }
}
