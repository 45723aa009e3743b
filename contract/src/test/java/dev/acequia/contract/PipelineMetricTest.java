package dev.acequia.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PipelineMetricTest {
  @ParameterizedTest
  @EnumSource(PipelineMetric.class)
  void followsPrometheusConventions(PipelineMetric metric) {
    assertThat(metric.exposedName()).matches("acequia_[a-z_]+");
    assertThat(metric.exposedName().endsWith("_total"))
        .isEqualTo(metric.kind() == PipelineMetric.Kind.COUNTER);
    assertThat(metric.help()).endsWith(".");
    if (metric.kind() == PipelineMetric.Kind.HISTOGRAM) {
      assertThat(metric.exposedName()).endsWith("_seconds");
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(Arrays.stream(PipelineMetric.values()).map(PipelineMetric::exposedName))
        .doesNotHaveDuplicates();
  }
}
