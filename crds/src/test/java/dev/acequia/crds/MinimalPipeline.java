package dev.acequia.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** A pipeline that says only what it must. */
final class MinimalPipeline {
  static final String YAML =
      """
      apiVersion: acequia.dev/v1alpha1
      kind: DataPipeline
      metadata:
        name: minimal
        namespace: default
      spec:
        schema:
          fields:
            - name: origin
              type: string
        store:
          postgres:
            secretName: warehouse
      """;

  private MinimalPipeline() {}

  static JsonNode tree() throws IOException {
    return GeneratedCrd.YAML.readTree(YAML);
  }

  /** Its spec with the defaults that the records' constructors know. */
  static JsonNode specFilledInByTheModel() throws IOException {
    var spec = GeneratedCrd.YAML.treeToValue(tree().get("spec"), DataPipelineSpec.class);
    return GeneratedCrd.YAML.readTree(GeneratedCrd.YAML.writeValueAsString(spec));
  }
}
