package dev.acequia.operator.status;

import dev.acequia.contract.Termination;
import dev.acequia.operator.observe.LastWord;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelinePlan;
import java.util.Optional;
import java.util.stream.Stream;

/** The verdict on each stage of a pipeline, in the order of its life. */
record Stages(Verdict topic, Verdict store, Verdict consumer, Verdict api) {

  static Stages of(PipelinePlan plan, Observation seen) {
    return new Stages(
        topic(plan, seen.topic()), store(plan, seen), consumer(plan, seen), api(plan, seen));
  }

  /** The first stage that is not ready says why the whole is not. */
  Optional<Verdict> firstTrouble() {
    return Stream.of(topic, store, consumer, api).filter(stage -> !stage.isTrue()).findFirst();
  }

  private static Verdict topic(PipelinePlan plan, TopicState state) {
    return switch (state) {
      case TopicState.Missing missing -> Verdict.no(missing.reason(), missing.message());
      case TopicState.Present present ->
          present.note() == null
              ? Verdict.yes(
                  "Present",
                  "Topic %s is there, partitions: %d"
                      .formatted(plan.names().topic(), present.topic().partitions()))
              : Verdict.yes("DiffersFromSpec", present.note());
    };
  }

  private static Verdict store(PipelinePlan plan, Observation seen) {
    if (!seen.missing().isEmpty()) {
      return Verdict.no("SecretMissing", String.join("; ", seen.missing()));
    }
    var table = "table " + plan.store().schema() + "." + plan.store().table();
    return switch (seen.migration()) {
      case null -> Verdict.no("WaitingForTopic", "The " + table + " is made after the topic");
      // It has ended since the plan was made; the next one brings the new version.
      case MigrationState.Succeeded done when !plan.migrated() ->
          Verdict.no("Migrating", "Job " + done.job() + " has made the " + table);
      case MigrationState.Succeeded _ ->
          refused(seen)
              .map(word -> Verdict.no(word.reason().name(), Advice.after(word, plan)))
              .orElseGet(() -> Verdict.yes("Migrated", "The " + table + " is ready"));
      case MigrationState.Running running ->
          Verdict.no(
              "Migrating",
              "Job " + running.job() + " works on the " + table + suffix(running.trouble()));
      case MigrationState.Waiting waiting ->
          Verdict.no(
              "Migrating",
              "Job %s begins when the older migration's %s has ended"
                  .formatted(waiting.job(), waiting.older()));
      case MigrationState.Refused refused ->
          Verdict.no(
              refused.lastWord().reason().name(),
              "%s (When it is mended in the store itself, 'kubectl delete job -n %s %s' tries again.)"
                  .formatted(
                      Advice.after(refused.lastWord(), plan),
                      plan.names().namespace(),
                      refused.job()));
      case MigrationState.Failed failed ->
          Verdict.no(
              "MigrationFailed",
              "Job " + failed.job() + " failed and is made anew soon: " + failed.trouble());
    };
  }

  /** What the consumer misses in a store that was ready for it. */
  private static Optional<LastWord> refused(Observation seen) {
    return consumerWord(seen).filter(word -> word.reason() == Termination.Reason.StoreRefused);
  }

  /**
   * The consumer's last word. During a migration, consumers of the former version may lack what it
   * changes, so their refusals then need no person.
   */
  private static Optional<LastWord> consumerWord(Observation seen) {
    return Optional.ofNullable(seen.consumer())
        .map(DeploymentState::lastWord)
        .filter(
            word ->
                word.reason() != Termination.Reason.StoreRefused
                    || seen.migration() instanceof MigrationState.Succeeded);
  }

  private static Verdict consumer(PipelinePlan plan, Observation seen) {
    var state = seen.consumer();
    if (state == null) {
      return Verdict.no("WaitingForStore", "Consumers start when the table is ready");
    }
    var scale = plan.consumerScale();
    if (scale.stopped() != null) {
      return state.total() == 0
          ? Verdict.yes(scale.stopped().reason(), scale.stopped().message())
          : Verdict.no("Suspending", state.total() + " consumers finish their batches");
    }
    return running(plan, state, consumerWord(seen), "consumer");
  }

  private static Verdict api(PipelinePlan plan, Observation seen) {
    if (!seen.access().trouble().isEmpty()) {
      return Verdict.no("SecretMissing", String.join("; ", seen.access().trouble()));
    }
    return seen.api() == null
        ? Verdict.no("WaitingForStore", "The API starts when the table is ready")
        : running(plan, seen.api(), Optional.ofNullable(seen.api().lastWord()), "API");
  }

  private static Verdict running(
      PipelinePlan plan, DeploymentState state, Optional<LastWord> word, String what) {
    if (word.isPresent()) {
      return Verdict.no(word.get().reason().name(), Advice.after(word.get(), plan));
    }
    if (state.rollingOut()) {
      return Verdict.no(
          "RollingOut",
          "%d of %d %s Pods are ready in the newest version%s"
              .formatted(state.updatedAvailable(), state.wanted(), what, suffix(state.trouble())));
    }
    if (state.available() < state.wanted()) {
      return Verdict.no(
          "PodsNotReady",
          "%d of %d %s Pods are ready%s"
              .formatted(state.available(), state.wanted(), what, suffix(state.trouble())));
    }
    return Verdict.yes(
        "Running",
        state.available()
            + " "
            + what
            + (state.available() == 1 ? " Pod is" : " Pods are")
            + " ready"
            + (plan.migrated() ? "" : ", in the former version until the migration succeeds"));
  }

  private static String suffix(@org.jspecify.annotations.Nullable String trouble) {
    return trouble == null ? "" : ": " + trouble;
  }

  /** What only a person can mend. */
  static Optional<LastWord> forPerson(Observation seen) {
    var migration =
        seen.migration() instanceof MigrationState.Refused refused ? refused.lastWord() : null;
    return Stream.of(
            Optional.ofNullable(migration),
            consumerWord(seen),
            Optional.ofNullable(seen.api()).map(DeploymentState::lastWord))
        .flatMap(Optional::stream)
        .findFirst();
  }
}
