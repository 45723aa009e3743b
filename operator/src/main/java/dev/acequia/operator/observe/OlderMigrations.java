package dev.acequia.operator.observe;

import dev.acequia.operator.plan.Component;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Migrations that a newer one replaces. Two at once could leave the table as the older wants it, so
 * the newer one waits until these have ended.
 */
public final class OlderMigrations {
  private static final Set<String> ENDED = Set.of("Succeeded", "Failed");

  private OlderMigrations() {}

  /** All Jobs but the newest, ended ones too. */
  public static List<Job> jobs(Job newest, Children children) {
    return children.jobsToEnd().stream()
        .filter(job -> !job.getMetadata().getName().equals(newest.getMetadata().getName()))
        .toList();
  }

  /** The Job or Pod that has not ended, for a person; empty when all have. */
  public static Optional<String> atWork(Job newest, Children children) {
    return children.podsToEnd().stream()
        .filter(OlderMigrations::migrates)
        .filter(pod -> !MigrationJobs.isOf(pod, newest.getMetadata().getName()))
        .map(pod -> "Pod " + pod.getMetadata().getName())
        .sorted()
        .findFirst()
        .or(
            () ->
                jobs(newest, children).stream()
                    .filter(job -> !hasEnded(job))
                    .map(job -> "Job " + job.getMetadata().getName())
                    .sorted()
                    .findFirst());
  }

  private static boolean hasEnded(Job job) {
    return MigrationJobs.succeeded(job) || MigrationJobs.failure(job).isPresent();
  }

  private static boolean migrates(Pod pod) {
    return Component.MIGRATION
            .label()
            .equals(pod.getMetadata().getLabels().get(PipelineNames.COMPONENT_LABEL))
        && (pod.getStatus() == null || !ENDED.contains(String.valueOf(pod.getStatus().getPhase())));
  }
}
