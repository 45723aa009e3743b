package dev.acequia.argocd;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An ApplicationSet with a list generator. Its Go templates are rendered by Helm's engine, the
 * list's element in the place of the values; then the patch is merged into the template.
 */
record ApplicationSet(Path file) {
  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .build();

  /** The Applications that it makes, in the order of its list. */
  List<ObjectNode> applications(Path scratch) throws IOException {
    var spec = YAML.readTree(file.toFile()).get("spec");
    var applications = new ArrayList<ObjectNode>();
    for (var element : spec.at("/generators/0/list/elements")) {
      var rendered = render(scratch, spec, element);
      var application =
          YAML.createObjectNode()
              .put("apiVersion", "argoproj.io/v1alpha1")
              .put("kind", "Application");
      application.setAll((ObjectNode) YAML.readTree(rendered.at("/data/application").asText()));
      var patch = YAML.readTree(rendered.at("/data/patch").asText());
      if (patch instanceof ObjectNode changes) {
        merge(application, changes);
      }
      applications.add(application);
    }
    return applications;
  }

  private static JsonNode render(Path scratch, JsonNode spec, JsonNode element) throws IOException {
    var chart = Files.createTempDirectory(scratch, "template");
    Files.createDirectories(chart.resolve("templates"));
    Files.writeString(
        chart.resolve("Chart.yaml"), "{apiVersion: v2, name: template, version: 0.0.1}");
    Files.writeString(chart.resolve("values.yaml"), YAML.writeValueAsString(element));
    Files.writeString(
        chart.resolve("templates/rendered.yaml"),
        """
        {{- with .Values }}
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: rendered
        data:
          application: |
        %s
          patch: |
        %s
        {{- end }}
        """
            .formatted(
                YAML.writeValueAsString(spec.get("template")).indent(4),
                spec.path("templatePatch").asText().indent(4)));
    return YAML.readTree(new Helm(chart).template().withName("template").call());
  }

  private static void merge(ObjectNode into, ObjectNode changes) {
    for (var change : changes.properties()) {
      if (into.get(change.getKey()) instanceof ObjectNode below
          && change.getValue() instanceof ObjectNode more) {
        merge(below, more);
      } else {
        into.set(change.getKey(), change.getValue());
      }
    }
  }
}
