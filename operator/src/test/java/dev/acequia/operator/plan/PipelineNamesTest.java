package dev.acequia.operator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PipelineNamesTest {
  private final PipelineNames names = new PipelineNames("ops", "flights");
  private final PipelineNames longest = new PipelineNames("n".repeat(63), "p".repeat(40));

  @Test
  void namesTopicsAfterNamespaceAndPipeline() {
    assertThat(names.topic()).isEqualTo("ops.flights");
    assertThat(names.deadLetterTopic()).isEqualTo("ops.flights.dlq");
  }

  @Test
  void keepsWithinWhatKubernetesAndKafkaTake() {
    assertThat(longest.definition("{}")).hasSizeLessThanOrEqualTo(63);
    assertThat(longest.migrationJob("01234567")).hasSizeLessThanOrEqualTo(57);
    assertThat(longest.kafkaUser()).hasSizeLessThanOrEqualTo(64);
    assertThat(longest.topic()).hasSizeLessThanOrEqualTo(249);
  }
}
