package dev.acequia.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.crds.DataPipeline;
import dev.acequia.crds.DataPipelineReplay;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayValidationTest {
  private static DataPipelineReplay replay(String spec) {
    return Serialization.unmarshal(
        "metadata: {name: again, namespace: ops}\nspec: {pipeline: flights, " + spec + "}",
        DataPipelineReplay.class);
  }

  private static DataPipeline pipeline(String... more) {
    return Serialization.unmarshal(
        """
        metadata: {name: flights, namespace: ops}
        spec:
          schema: {key: [id], fields: [{name: id, type: int32, required: true}]}
          store: {postgres: {secretName: warehouse}}
          %s
        """
            .formatted(String.join("\n  ", more)),
        DataPipeline.class);
  }

  private static String refusal(String spec, @Nullable DataPipeline pipeline) {
    return ReplayValidation.of(replay(spec), pipeline)
        .map(refusal -> refusal.reason() + ": " + refusal.message())
        .orElse("");
  }

  @Test
  void takesWhatMakesSense() {
    assertThat(refusal("from: {earliest: true}", pipeline("consumer: {mode: upsert}"))).isEmpty();
    assertThat(
            refusal(
                "from: {earliest: true}, to: {time: \"2026-11-23T06:00:00Z\"}",
                pipeline("consumer: {mode: append}")))
        .isEmpty();
  }

  @Test
  void needsItsPipeline() {
    assertThat(refusal("from: {earliest: true}", null))
        .startsWith("PipelineNotFound: There is no DataPipeline 'flights' in namespace ops.");
    var going = pipeline();
    going.getMetadata().setDeletionTimestamp("2026-11-23T06:00:00Z");
    assertThat(refusal("from: {earliest: true}", going)).contains("in namespace ops any more.");
  }

  @Test
  void runsToThePresentInUpsertMode() {
    assertThat(
            refusal(
                "from: {earliest: true}, to: {time: \"2026-11-23T06:00:00Z\"}",
                pipeline("consumer: {mode: upsert}")))
        .startsWith("EndInUpsertMode: ");
  }

  @Test
  void needsConsumersThatRun() {
    assertThat(refusal("from: {earliest: true}", pipeline("suspend: true")))
        .startsWith("PipelineSuspended: ");
    assertThat(refusal("from: {earliest: true}", pipeline("consumer: {replicas: 0}")))
        .startsWith("NoConsumers: ")
        .contains("kubectl scale -n ops dp/flights --replicas=1");
  }

  /** Who may name a topic must not learn of it by a replay. */
  @Test
  void tellsNothingOfATopicThatThePipelineWasRefused() {
    var pipeline = pipeline("topic: {name: orders, adopt: true}");
    assertThat(refusal("from: {earliest: true}", pipeline)).startsWith("TopicNotHeld");
    for (var status : List.of("True", "Unknown", "False")) {
      var reported =
          Serialization.unmarshal(
              "status: {conditions: [{type: TopicReady, status: '%s'}]}".formatted(status),
              DataPipeline.class);
      pipeline.setStatus(reported.getStatus());
      assertThat(refusal("from: {earliest: true}", pipeline).isEmpty())
          .isEqualTo(!status.equals("False"));
    }
  }

  @Test
  void knowsTheCalendar() {
    assertThat(refusal("from: {time: \"2026-02-31T06:00:00Z\"}", pipeline()))
        .startsWith("InvalidSpec: '2026-02-31T06:00:00Z' is not a time");
  }
}
