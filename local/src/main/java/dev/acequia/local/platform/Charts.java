package dev.acequia.local.platform;

import com.marcnuri.helm.Helm;
import dev.acequia.contract.Sha256;
import dev.acequia.local.CommandException;
import dev.acequia.servers.ControlPlane;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Acequia's own charts, rendered for this platform. Helm runs in a process of its own: it is Go in
 * a shared library, and would take SIGINT and SIGTERM away from this one.
 */
final class Charts {
  static final String NAMESPACE = "acequia-system";
  static final String RELEASE = "acequia";

  /** The user that the operator is to the API server. */
  static final String OPERATOR = "system:serviceaccount:" + NAMESPACE + ":" + RELEASE;

  private final Path helm;
  private final Path rendered;

  /**
   * The charts of a repository.
   *
   * @param rendered keeps what was rendered, by what it was rendered from
   */
  Charts(Path repositoryRoot, Path rendered) {
    this.helm = repositoryRoot.resolve("helm");
    this.rendered = rendered;
  }

  /** The custom resource's definition, as YAML. */
  String crds() throws IOException, InterruptedException {
    return render("acequia-crds", "");
  }

  /**
   * The operator and all it needs, as YAML.
   *
   * @param secureKafka whether the operator logs on, and makes pipelines' users
   * @param vendors an address that is trusted in place of Amazon's and Google's
   */
  String operator(String kafkaBootstrapServers, boolean secureKafka, @Nullable String vendors)
      throws IOException, InterruptedException {
    return render(
        RELEASE,
        """
        platform:
          kafka:
            bootstrapServers: "%s"
            topicProvider: direct
            replicationFactor: 1
            minInsyncReplicas: 1
            secretName: "%s"
            %s
          store:
            localFolders: true
          exposure:
            type: NodePort
            host: 127.0.0.1
          sources: %s
        """
            .formatted(
                kafkaBootstrapServers,
                secureKafka ? SecureKafka.SECRET : "",
                secureKafka ? "users: scram-sha-512" : "",
                vendors == null ? "{}" : "{standIn: \"%s\"}".formatted(vendors)));
  }

  /** The process of its own: a chart's folder, the release's name, a file of values. */
  public static void main(String[] arguments) {
    System.out.print(
        new Helm(Path.of(arguments[0]))
            .template()
            .withName(arguments[1])
            .withNamespace(NAMESPACE)
            .withKubeVersion(ControlPlane.VERSION)
            .withValuesFile(Path.of(arguments[2]))
            .call());
  }

  private String render(String chart, String values) throws IOException, InterruptedException {
    var folder = helm.resolve(chart);
    if (!Files.exists(folder.resolve("Chart.yaml"))) {
      throw new CommandException("The chart " + folder + " is missing.");
    }
    var known = rendered.resolve(chart + "-" + digest(folder, values) + ".yaml");
    if (Files.exists(known)) {
      return Files.readString(known);
    }
    var yaml = runHelm(chart, folder, values);
    Files.createDirectories(rendered);
    PrivateFile.write(known, yaml);
    return yaml;
  }

  private static String digest(Path folder, String values) throws IOException {
    try (var walk = Files.walk(folder)) {
      var sha = Sha256.digest();
      for (var file : (Iterable<Path>) walk.filter(Files::isRegularFile).sorted()::iterator) {
        sha.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
        sha.update(Files.readAllBytes(file));
      }
      sha.update((values + ControlPlane.VERSION).getBytes(StandardCharsets.UTF_8));
      return Sha256.hex(sha, 8);
    }
  }

  private static String runHelm(String chart, Path folder, String values)
      throws IOException, InterruptedException {
    var valuesFile = Files.createTempFile("acequia-values", ".yaml");
    var errors = Files.createTempFile("acequia-helm", ".log");
    try {
      Files.writeString(valuesFile, values);
      var process =
          new ProcessBuilder(
                  JavaCommand.of(Charts.class, folder.toString(), chart, valuesFile.toString()))
              .redirectError(errors.toFile())
              .start();
      var yaml = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new CommandException(
            "The chart %s cannot be rendered:%n%s".formatted(folder, Files.readString(errors)));
      }
      return yaml;
    } finally {
      Files.deleteIfExists(valuesFile);
      Files.deleteIfExists(errors);
    }
  }
}
