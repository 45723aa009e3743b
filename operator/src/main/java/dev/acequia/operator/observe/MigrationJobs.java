package dev.acequia.operator.observe;

import dev.acequia.crds.MigrationStatus;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.plan.PipelineNames;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a migration's Job stands. */
public final class MigrationJobs {
  private static final String JOB_LABEL = "batch.kubernetes.io/job-name";

  private MigrationJobs() {}

  public static boolean succeeded(Job job) {
    return condition(job, "Complete").isPresent();
  }

  public static Optional<JobCondition> failure(Job job) {
    return condition(job, "Failed");
  }

  /** The Job's state, with the last words of its newest Pod. */
  public static MigrationState state(Job job, Collection<Pod> pods) {
    var name = job.getMetadata().getName();
    if (succeeded(job)) {
      return new MigrationState.Succeeded(name);
    }
    var pod =
        pods.stream()
            .filter(candidate -> isOf(candidate, name))
            .max(Comparator.comparing(candidate -> candidate.getMetadata().getCreationTimestamp()));
    var trouble = pod.flatMap(PodTrouble::of);
    var failure = failure(job);
    if (failure.isEmpty()) {
      return new MigrationState.Running(
          name, pod.isPresent(), trouble.map(PodTrouble::text).orElse(null));
    }
    return trouble
        .flatMap(PodTrouble::forPerson)
        .<MigrationState>map(lastWord -> new MigrationState.Refused(name, lastWord))
        .orElseGet(
            () ->
                new MigrationState.Failed(
                    name,
                    trouble
                        .map(PodTrouble::text)
                        .orElseGet(() -> String.valueOf(failure.get().getMessage()))));
  }

  /** The Job that is noted or, where none is noted, the newest; empty when it is gone. */
  public static Optional<Job> current(
      PipelineNames names, @Nullable MigrationStatus noted, Children children) {
    return noted != null
        ? children.job(noted.job())
        : children.jobs().stream()
            .filter(job -> names.isMigrationJob(job.getMetadata().getName()))
            .max(Comparator.comparing(job -> job.getMetadata().getCreationTimestamp()));
  }

  /** Whether the Pod is one of this Job's. */
  public static boolean isOf(Pod pod, String job) {
    return job.equals(pod.getMetadata().getLabels().get(JOB_LABEL));
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(
                condition ->
                    type.equals(condition.getType()) && "True".equals(condition.getStatus()))
            .findFirst();
  }
}
