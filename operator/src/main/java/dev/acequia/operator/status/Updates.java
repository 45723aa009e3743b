package dev.acequia.operator.status;

import dev.acequia.crds.RolloutStatus;
import dev.acequia.operator.plan.PlatformConfig;
import dev.acequia.operator.plan.Rollout;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a pipeline says of a change of the platform that it does not have yet. */
final class Updates {
  private static final int NAMED = 10;

  private Updates() {}

  /** Empty when the pipeline has its newest version. */
  static Optional<Verdict> of(
      Rollout.Step step, RolloutStatus settled, PlatformConfig.Rollout limits) {
    return switch (step) {
      case Rollout.Step.Wait wait -> Optional.of(waiting(wait.reason(), wait.subject(), limits));
      case Rollout.Step.Renew _ -> Optional.ofNullable(renewing(settled, limits));
      case Rollout.Step.Go _ -> Optional.ofNullable(going(settled, limits));
    };
  }

  private static @Nullable Verdict renewing(RolloutStatus settled, PlatformConfig.Rollout limits) {
    return settled.state() == RolloutStatus.State.FAILED
        ? Verdict.no(
            "RenewalFailed",
            "With its new credentials the pipeline was not ready within %s, or it needs a person; the other conditions say why. The platform's newest version has yet to reach it"
                .formatted(limits.readyWithin()))
        : settled.state() == null
            ? null
            : Verdict.yes(
                "RenewingCredentials",
                "The pipeline takes its new credentials in the version that it has; the platform's"
                    + " newest version has yet to reach it");
  }

  private static @Nullable Verdict going(RolloutStatus settled, PlatformConfig.Rollout limits) {
    return switch (settled.state()) {
      case UPDATING ->
          Verdict.yes(
              "RollingOut",
              "The pipeline takes %s; what runs serves until that is ready"
                  .formatted(named(Rollout.Subject.of(settled))));
      case FAILED ->
          Verdict.no(
              "UpdateFailed",
              "With %s the pipeline was not ready within %s, or it needs a person; the other conditions say why"
                  .formatted(named(Rollout.Subject.of(settled)), limits.readyWithin()));
      case WAITING -> null; // it has gone
      case null -> null;
    };
  }

  private static Verdict waiting(
      Rollout.Reason reason, Rollout.Subject subject, PlatformConfig.Rollout limits) {
    return switch (reason) {
      case Rollout.Reason.NoSlot _ ->
          Verdict.no(
              "WaitingForSlot",
              "At most %d pipelines take %s at a time, and this one waits for its turn; it serves as before. An edit of the spec brings the change at once, unless it is of replicas, suspend, deletionPolicy or retention alone"
                  .formatted(limits.maxInFlight(), named(subject)));
      case Rollout.Reason.AfterOthers _ ->
          Verdict.no(
              "WaitingForOthers",
              "The pipeline was not ready, so those that are take %s first. An edit of the spec brings the change at once, unless it is of replicas, suspend, deletionPolicy or retention alone"
                  .formatted(named(subject)));
      case Rollout.Reason.Incomplete _ ->
          Verdict.no(
              "Incomplete",
              "The platform's newest version needs something that is missing; the other conditions"
                  + " say what. Until that exists, the pipeline stays in its version and takes part"
                  + " in no rollout");
      case Rollout.Reason.Stopped stopped ->
          Verdict.no("RolloutStopped", stopped(subject).formatted(named(stopped.failed())));
    };
  }

  private static String stopped(Rollout.Subject subject) {
    return switch (subject) {
      case RELEASE ->
          "The operator holds back the platform's newest version because it failed in %s. This"
              + " pipeline stays in its version. To go on, fix or delete the failed pipelines (their"
              + " conditions say what is wrong), release a corrected version, or go back to the"
              + " former one. A higher platform.rollout.maxFailed goes on in spite of them";
      case STORE_SECRET ->
          "The operator holds back the new contents of a Secret that the spec names, because"
              + " pipelines with the same contents failed: %s. This pipeline's Pods keep the former"
              + " contents. To go on, fix the Secret of each (their conditions say what is wrong)."
              + " Nothing else is needed; a former version of the platform does not help";
      case KAFKA_CERTIFICATE ->
          "The operator holds back the new certificate of Kafka's authority, because pipelines"
              + " failed with it: %s. This pipeline's Pods keep the former one. To go on, fix the"
              + " certificate in Kafka's cluster (the failed pipelines' conditions say what is"
              + " wrong). Nothing else is needed; a former version of the platform does not help";
      case KAFKA_PASSWORD ->
          "The operator does not restart this pipeline's Pods with their new password for Kafka,"
              + " because pipelines failed with theirs: %s. Running Pods keep their log-on, and each"
              + " that starts takes the new password. To go on, make Kafka accept the passwords of"
              + " the failed ones (their users in Kafka; their conditions say what is wrong). Nothing"
              + " else is needed; a former version of the platform does not help";
      case TOPIC ->
          "The operator holds back this pipeline's new topic, because pipelines failed with theirs:"
              + " %s. Topics were recreated, or Kafka was restored. To go on with the new topic"
              + " here, run: ./acequia offsets accept NAME --namespace NAMESPACE --to"
              + " earliest|latest. Each of the failed pipelines needs the same. A former version"
              + " of the platform does not help";
    };
  }

  private static String named(Rollout.Subject subject) {
    return switch (subject) {
      case RELEASE -> "the platform's newest version";
      case STORE_SECRET -> "the new contents of a Secret that the spec names";
      case KAFKA_CERTIFICATE -> "the new certificate of Kafka's authority";
      case KAFKA_PASSWORD -> "the new password for Kafka";
      case TOPIC -> "the topic that took the former one's place";
    };
  }

  private static String named(List<String> pipelines) {
    var more = pipelines.size() - NAMED;
    return String.join(", ", pipelines.subList(0, Math.min(NAMED, pipelines.size())))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }
}
