package dev.acequia.stores.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.bigquery.client.JobLabels;
import dev.acequia.stores.testkit.Pipelines;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class JobLabelsTest {
  private static final PipelineDefinition FLIGHTS =
      Pipelines.definition(
          new StoreDefinition.BigQuery(
              "project", "dataset", "table", null, null, null, 1, null, List.of(), 0),
          Pipelines.schema(List.of(), new Field("id", FieldType.INT64, true, null)),
          LoadMode.APPEND,
          UUID.randomUUID(),
          1,
          null);

  @Test
  void takesWhatLabelsTake() {
    assertThat(named("team-a", "flights-2"))
        .containsOnly(
            Map.entry("acequia_namespace", "team-a"), Map.entry("acequia_pipeline", "flights-2"));
    assertThat(named("a.B.c", "a".repeat(70)))
        .containsOnly(
            Map.entry("acequia_namespace", "a_b_c"), Map.entry("acequia_pipeline", "a".repeat(63)));
  }

  private static Map<String, String> named(String namespace, String name) {
    return JobLabels.of(
        new PipelineDefinition(
            namespace,
            name,
            null,
            FLIGHTS.schema(),
            FLIGHTS.topic(),
            FLIGHTS.store(),
            FLIGHTS.mode(),
            FLIGHTS.maxPageSize(),
            FLIGHTS.maxDeadLetterRatio(),
            null));
  }
}
