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
      case Rollout.Step.Wait wait -> Optional.of(waiting(wait.reason(), limits));
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
                "The pipeline takes its new credentials in the version that it has; the platform's newest version has yet to reach it");
  }

  private static @Nullable Verdict going(RolloutStatus settled, PlatformConfig.Rollout limits) {
    return switch (settled.state()) {
      case UPDATING ->
          Verdict.yes(
              "RollingOut",
              "The pipeline takes the platform's newest version; what runs serves until that is ready");
      case FAILED ->
          Verdict.no(
              "UpdateFailed",
              "In the platform's newest version the pipeline was not ready within %s, or it needs a person; the other conditions say why"
                  .formatted(limits.readyWithin()));
      case WAITING -> null; // it has gone
      case null -> null;
    };
  }

  private static Verdict waiting(Rollout.Reason reason, PlatformConfig.Rollout limits) {
    return switch (reason) {
      case Rollout.Reason.NoSlot _ ->
          Verdict.no(
              "WaitingForSlot",
              "The platform's newest version reaches %d pipelines at a time, and this one waits for its turn; it serves in the version before. An edit of the spec brings the newest version at once, unless it is of replicas, suspend, deletionPolicy or retention alone"
                  .formatted(limits.maxInFlight()));
      case Rollout.Reason.AfterOthers _ ->
          Verdict.no(
              "WaitingForOthers",
              "The pipeline was not ready, so the platform's newest version reaches those first that are. An edit of the spec brings it at once, unless it is of replicas, suspend, deletionPolicy or retention alone");
      case Rollout.Reason.Incomplete _ ->
          Verdict.no(
              "Incomplete",
              "Something is missing that the platform's newest version is made of; the other conditions say what. The pipeline stays in the version before and takes part in no rollout until that is there");
      case Rollout.Reason.Stopped stopped ->
          Verdict.no(
              "RolloutStopped",
              "The platform's newest version is held back since it failed in %s. This pipeline serves in the version before. To go on, mend or delete the failed pipelines (their conditions say what is wrong), release a corrected version, or go back to the former one; a higher platform.rollout.maxFailed goes on in spite of them"
                  .formatted(named(stopped.failed())));
    };
  }

  private static String named(List<String> pipelines) {
    var more = pipelines.size() - NAMED;
    return String.join(", ", pipelines.subList(0, Math.min(NAMED, pipelines.size())))
        + (more > 0 ? " and %d more".formatted(more) : "");
  }
}
