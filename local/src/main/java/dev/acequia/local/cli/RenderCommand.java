package dev.acequia.local.cli;

import dev.acequia.crds.DataPipeline;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.manifest.PipelineManifests;
import dev.acequia.operator.PipelineRendering;
import dev.acequia.operator.plan.PipelineNames;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.TopicsPlan;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "render",
    description = {
      "Print every Kubernetes object that the operator would create, without a cluster.",
      "",
      "Passwords are placeholders, and so is the topic's id. Rules that only the API server checks "
          + "are shown by: kubectl apply --dry-run=server -f FILE"
    },
    footer = {
      "",
      "Examples:",
      "  ./acequia render -f examples/flights.yaml",
      "  ./acequia new sales.csv | ./acequia render -f - | kubectl diff -f -"
    })
final class RenderCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-f", "--filename"},
      paramLabel = "FILE",
      required = true,
      description = "YAML with one DataPipeline or more; - is standard input.")
  private String file;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAMESPACE",
      description = "The namespace of pipelines that name none (default: default).")
  private String namespace = "default";

  @Option(
      names = "--platform",
      paramLabel = "FILE",
      description =
          "The operator's platform configuration (default: Kafka at kafka:9092, topics made by the "
              + "operator, APIs inside the cluster only).")
  private @Nullable Path platform;

  @Override
  public void run() {
    var config = platform();
    var out = spec.commandLine().getOut();
    for (var pipeline : PipelineManifests.read(text(), file)) {
      if (pipeline.getMetadata().getNamespace() == null) {
        pipeline.getMetadata().setNamespace(namespace);
      }
      out.print(render(pipeline, config));
    }
    out.flush();
  }

  private String render(DataPipeline pipeline, PlatformConfig config) {
    var names = PipelineNames.of(pipeline);
    try {
      var objects = PipelineRendering.render(pipeline, config);
      var yaml =
          new StringBuilder(
              "# %s in %s: %d objects, beside the Kafka topics %s and %s\n"
                  .formatted(
                      names.pipeline(),
                      names.namespace(),
                      objects.size(),
                      TopicsPlan.records(pipeline),
                      names.deadLetterTopic()));
      for (var object : objects) {
        var document = Serialization.asYaml(object);
        yaml.append(document.startsWith("---") ? document : "---\n" + document);
      }
      return yaml.toString();
    } catch (IllegalArgumentException e) {
      throw new CommandException(
          "%s: %s cannot be served:\n%s".formatted(file, names.pipeline(), indented(e)), e);
    }
  }

  private static String indented(IllegalArgumentException e) {
    return String.valueOf(e.getMessage()).indent(2).stripTrailing();
  }

  private String text() {
    try {
      return file.equals("-")
          ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new CommandException(file + ": cannot be read: " + Explanation.of(e), e);
    }
  }

  private PlatformConfig platform() {
    try {
      return PlatformConfig.parse(
          platform == null
              ? """
                runtimeImage: acequia-runtime:%s
                kafka: {bootstrapServers: "kafka:9092"}
                """
                  .formatted(ProductVersion.version())
              : Files.readString(platform));
    } catch (IOException e) {
      throw new CommandException(platform + ": cannot be read: " + Explanation.of(e), e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(platform + ": " + e.getMessage(), e);
    }
  }
}
