package dev.acequia.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The CRD and the compact constructors fill in the same. */
class DefaultsTest {
  private final JsonNode specSchema;

  DefaultsTest() throws IOException {
    specSchema =
        GeneratedCrd.YAML
            .readTree(GeneratedCrd.PIPELINE.yaml())
            .at("/spec/versions/0/schema/openAPIV3Schema/properties/spec");
  }

  @Test
  void aMinimalSpecIsFilledInTheSame() throws IOException {
    assertSame("{schema: {fields: [{name: a, type: string}]}, store: {postgres: {secretName: w}}}");
  }

  @Test
  void optionalPartsAreFilledInTheSame() throws IOException {
    assertSame(
        """
        schema: {fields: [{name: a, type: string}]}
        store: {postgres: {secretName: w}}
        topic: {partitions: 3}
        consumer: {scaling: {max: 6}}
        api:
          scaling: {max: 2}
          replicas: 2
          auth: {apiKeysSecretName: k, oidc: {issuer: "https://i.example.com", audience: a}}
          rateLimit: {requestsPerSecond: 2}
          tls: {secretName: t}
          cors: {allowedOrigins: ["*"]}
        slo: {freshness: 1m}
        serviceAccounts: {api: {annotations: {cloud.example/role: reader}}}
        """);
  }

  @Test
  void aLakeIsFilledInTheSame() throws IOException {
    assertSame(
        """
        schema: {fields: [{name: a, type: string}]}
        store: {lake: {location: "s3://abc/d", catalog: {glue: {}}}}
        """);
  }

  @Test
  void aTableOfItemsIsFilledInTheSame() throws IOException {
    assertSame(
        """
        schema: {fields: [{name: a, type: string, required: true}]}
        store: {dynamodb: {region: us-west-2, indexes: [{name: by-a, hash: a}]}}
        """);
  }

  private void assertSame(String spec) throws IOException {
    var filledInByCrd = GeneratedCrd.YAML.readTree(spec);
    fillIn(filledInByCrd, specSchema);
    var filledInByModel =
        GeneratedCrd.YAML.readTree(
            GeneratedCrd.YAML.writeValueAsString(
                GeneratedCrd.YAML.readValue(spec, DataPipelineSpec.class)));
    assertThat(filledInByModel).isEqualTo(filledInByCrd);
  }

  /** As the API server does, from the outside in. */
  private static void fillIn(JsonNode value, JsonNode schema) {
    if (value instanceof ObjectNode object) {
      for (var property : schema.path("properties").properties()) {
        if (!object.has(property.getKey()) && property.getValue().has("default")) {
          object.set(property.getKey(), property.getValue().get("default").deepCopy());
        }
        fillIn(object.path(property.getKey()), property.getValue());
      }
    } else if (value instanceof ArrayNode array) {
      array.forEach(item -> fillIn(item, schema.path("items")));
    }
  }
}
