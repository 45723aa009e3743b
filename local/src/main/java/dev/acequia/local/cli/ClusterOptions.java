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
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster and which Kafka a command is about: the local platform's, unless told. */
final class ClusterOptions {
  private static final Path LOCAL_KUBECONFIG = Path.of(".acequia", "kubeconfig");
  private static final String KAFKA = "KAFKA_BOOTSTRAP_SERVERS";

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

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description =
          "Kafka (default: $KAFKA_BOOTSTRAP_SERVERS, else from platform.env beside the kubeconfig).")
  private @Nullable String bootstrapServers;

  @Option(
      names = {"--config", "--kafka-properties"},
      paramLabel = "FILE",
      description = "Further settings for Kafka's client, such as security.")
  private @Nullable Path kafkaProperties;

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

  private String namespace(KubernetesClient client) {
    if (namespace != null) {
      return namespace;
    }
    var ofContext = client.getNamespace();
    return ofContext == null ? "default" : ofContext;
  }

  /** Settings of a client of Kafka. */
  Map<String, Object> kafka() {
    var settings = new HashMap<String, Object>();
    if (kafkaProperties != null) {
      properties(kafkaProperties)
          .forEach((name, value) -> settings.put(String.valueOf(name), value));
    }
    var servers = bootstrapServers != null ? bootstrapServers : System.getenv(KAFKA);
    if (servers != null) {
      settings.put("bootstrap.servers", servers);
    }
    var environment = kubeconfig().resolveSibling("platform.env");
    if (!settings.containsKey("bootstrap.servers") && Files.exists(environment)) {
      var ofPlatform = properties(environment).getProperty(KAFKA);
      if (ofPlatform != null) {
        settings.put("bootstrap.servers", ofPlatform);
      }
    }
    if (!settings.containsKey("bootstrap.servers")) {
      throw new CommandException("which Kafka? Name it with --bootstrap-servers HOST:PORT");
    }
    return settings;
  }

  private Path kubeconfig() {
    if (kubeconfig != null) {
      return kubeconfig;
    }
    var variable = System.getenv("KUBECONFIG");
    return variable == null || variable.isEmpty() ? LOCAL_KUBECONFIG : Path.of(variable);
  }

  private static Properties properties(Path file) {
    var properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
