package dev.acequia.operator.plan;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;

/** One step of a {@link PipelinePlan}: an object and the way it comes about. */
public sealed interface PlanStep {
  HasMetadata object();

  /** Strimzi makes a topic or user of it. Whoever provides the topics has applied it before. */
  record Topics(HasMetadata object) implements PlanStep {}

  /** Nothing has to precede it, and it comes back also while its pipeline waits for a version. */
  record Foundation(HasMetadata object) implements PlanStep {}

  /** It is applied, and changes with the pipeline's version. */
  record Apply(HasMetadata object) implements PlanStep {}

  /** It is created once and never changed; older ones of its kind end before. */
  record CreateOnce(Job object) implements PlanStep {}
}
