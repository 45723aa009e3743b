package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a changed schema does to a running pipeline. */
@EndToEnd
class SchemaChangeE2E {
  private static final String NAMESPACE = "schema-e2e";

  private static Platform platform;

  @BeforeAll
  static void createNamespace(Platform platform) {
    SchemaChangeE2E.platform = platform;
    platform.createNamespace(NAMESPACE);
  }

  @Test
  void addsAFieldWhileOldRecordsStay() throws Exception {
    platform.kubectl.apply(manifest("readings", "{name: id, type: int32, required: true}"));
    platform.awaitReady(NAMESPACE, "readings");
    var endpoint = platform.endpoint(NAMESPACE, "readings");
    assertThat(platform.push(endpoint, "application/json", "{\"id\":1}").statusCode())
        .isEqualTo(200);

    platform.kubectl.apply(
        manifest(
            "readings", "{name: id, type: int64, required: true}, {name: unit, type: string}"));
    var generation = platform.get(NAMESPACE, "dp/readings", ".metadata.generation");
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              assertThat(platform.get(NAMESPACE, "dp/readings", ".status.observedGeneration"))
                  .isEqualTo(generation);
              assertThat(platform.condition(NAMESPACE, "readings", "Ready")).startsWith("True ");
            });
    // A kept connection may lead to a Pod of the old version for the seconds until that ends.
    await()
        .atMost(Platform.TIMEOUT)
        .until(
            () ->
                platform
                    .push(endpoint, "application/json", "{\"id\":3000000000,\"unit\":\"°C\"}")
                    .statusCode(),
            status -> status == 200);
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.rows(endpoint + "/v1/records?order=id&select=id,unit"))
                    .isEqualTo("[{\"id\":1,\"unit\":null},{\"id\":3000000000,\"unit\":\"°C\"}]"));
  }

  @Test
  void keepsTheOldVersionServingWhenTheStoreRefuses() throws Exception {
    platform.kubectl.apply(
        manifest("meters", "{name: id, type: int32, required: true}, {name: unit, type: string}"));
    platform.awaitReady(NAMESPACE, "meters");
    var endpoint = platform.endpoint(NAMESPACE, "meters");
    assertThat(platform.push(endpoint, "application/json", "{\"id\":1}").statusCode())
        .isEqualTo(200);
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.rows(endpoint + "/v1/records?select=id"))
                    .isEqualTo("[{\"id\":1}]"));

    // A row without a unit is there: the field cannot become required.
    platform.kubectl.apply(
        manifest(
            "meters",
            "{name: id, type: int32, required: true}, {name: unit, type: string, required: true}"));
    await()
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              assertThat(platform.condition(NAMESPACE, "meters", "StoreReady"))
                  .startsWith("False ")
                  .contains("unit");
              assertThat(platform.condition(NAMESPACE, "meters", "Ready")).startsWith("False ");
            });
    assertThat(platform.push(endpoint, "application/json", "{\"id\":2}").statusCode())
        .isEqualTo(200);
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.rows(endpoint + "/v1/records?select=id&order=id"))
                    .isEqualTo("[{\"id\":1},{\"id\":2}]"));
  }

  private static String manifest(String name, String fields) {
    return """
        apiVersion: acequia.dev/v1alpha1
        kind: DataPipeline
        metadata: {name: %s, namespace: %s}
        spec:
          schema: {fields: [%s]}
          store: {postgres: {secretName: warehouse}}
          topic: {partitions: 2}
        """
        .formatted(name, NAMESPACE, fields);
  }
}
