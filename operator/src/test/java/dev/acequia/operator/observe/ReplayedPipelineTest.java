package dev.acequia.operator.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;

class ReplayedPipelineTest {
  private static final String PIPELINE =
      """
      metadata: {name: flights, namespace: ops, uid: a, resourceVersion: "1", annotations: {by: a}}
      spec:
        schema: {fields: [{name: flight, type: int32}]}
        store: {postgres: {secretName: warehouse}}
        suspend: false
      status:
        rollout: {version: v1}
        conditions:
        - {type: Ready, status: "False", reason: RollingOut, message: 1 of 2 Pods}
      """;

  @Test
  void neitherAnAnnotationNorAWordOfTheStatusConcernsItsReplays() {
    assertThat(concerns("by: a", "by: b")).isFalse();
    assertThat(concerns("\"1\"", "\"2\"")).isFalse();
    assertThat(concerns("1 of 2 Pods", "2 of 2 Pods")).isFalse();
    assertThat(concerns("v1", "v2")).isFalse();
  }

  @Test
  void whetherItReadsAndWhyNotConcernsThem() {
    assertThat(concerns("suspend: false", "suspend: true")).isTrue();
    assertThat(concerns("\"False\"", "\"True\"")).isTrue();
    assertThat(concerns("RollingOut", "Migrating")).isTrue();
    assertThat(concerns("uid: a", "uid: b")).isTrue();
    assertThat(concerns("uid: a", "uid: a, deletionTimestamp: \"2026-01-01T12:00:00Z\"")).isTrue();
  }

  private static boolean concerns(String part, String changed) {
    return ReplayedPipeline.concernsReplays(
        trimmed(PIPELINE.replace(part, changed)), trimmed(PIPELINE));
  }

  private static DataPipeline trimmed(String yaml) {
    DataPipeline pipeline = Serialization.unmarshal(yaml, DataPipeline.class);
    Trim.pipelineForReplays(pipeline);
    return pipeline;
  }
}
