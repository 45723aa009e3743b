package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import dev.acequia.local.platform.PlatformEnvironment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster and which Kafka a command is about: the local platform's, unless told. */
final class ClusterOptions {
  private static final String KAFKA = "KAFKA_BOOTSTRAP_SERVERS";

  @Mixin private KubernetesOptions kubernetes;

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
    return kubernetes.kubernetes();
  }

  /**
   * The pipeline.
   *
   * @throws CommandException when it is not there, or the cluster does not answer
   */
  DataPipeline pipeline(KubernetesClient client, String name) {
    return kubernetes.pipeline(client, name);
  }

  Optional<String> givenNamespace() {
    return kubernetes.givenNamespace();
  }

  /** The namespace as options and kubeconfig say. */
  String namespaceWithoutAsking() {
    return kubernetes.namespaceWithoutAsking();
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
    var environment = kubernetes.kubeconfig().resolveSibling("platform.env");
    if (!settings.containsKey("bootstrap.servers") && Files.exists(environment)) {
      settings.putAll(ofPlatform(environment));
    }
    if (!settings.containsKey("bootstrap.servers")) {
      throw new CommandException("which Kafka? Name it with --bootstrap-servers HOST:PORT");
    }
    return settings;
  }

  private static Map<String, Object> ofPlatform(Path environment) {
    try {
      return PlatformEnvironment.read(environment).kafka();
    } catch (IOException e) {
      throw new CommandException(environment + ": cannot be read", e);
    }
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
