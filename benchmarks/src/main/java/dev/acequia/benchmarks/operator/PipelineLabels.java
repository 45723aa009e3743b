package dev.acequia.benchmarks.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** The labels of what the operator makes, which dashboards and people select by as well. */
final class PipelineLabels {
  static final String OWN_OBJECTS =
      "app.kubernetes.io/name=acequia-pipeline,app.kubernetes.io/managed-by=acequia";

  /** {@code api}, {@code consumer} or {@code migration}. */
  static final String COMPONENT = "app.kubernetes.io/component";

  private PipelineLabels() {}

  /** The name of the pipeline that an object belongs to. */
  static String pipeline(HasMetadata object) {
    return String.valueOf(object.getMetadata().getLabels().get("app.kubernetes.io/instance"));
  }
}
