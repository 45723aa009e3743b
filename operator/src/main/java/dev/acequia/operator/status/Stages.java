package dev.acequia.operator.status;

import dev.acequia.contract.Termination;
import dev.acequia.operator.observe.LastWord;
import dev.acequia.operator.observe.Observation;
import dev.acequia.operator.observe.Observation.DeploymentState;
import dev.acequia.operator.observe.Observation.MigrationState;
import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.PipelinePlan;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The verdict on each stage of a pipeline, in the order of its life. */
record Stages(Verdict topic, Verdict store, Verdict consumer, Verdict api) {

  private static final String CANNOT_READ = "CannotRead";
  private static final String TAKES_IN = ". It takes records in meanwhile.";

  /**
   * @param lastTopic what was said of the topic of this very spec before; null when nothing was
   */
  static Stages of(PipelinePlan plan, Observation seen, @Nullable Condition lastTopic) {
    var topic = topic(plan, seen.topic(), lastTopic);
    return new Stages(topic, store(plan, seen, topic), consumer(plan, seen), api(plan, seen));
  }

  /** The first stage that is not ready says why the whole is not; what is known goes first. */
  Optional<Verdict> firstTrouble() {
    return first(Verdict.Status.FALSE).or(() -> first(Verdict.Status.UNKNOWN));
  }

  private Optional<Verdict> first(Verdict.Status status) {
    return Stream.of(topic, store, consumer, api)
        .filter(stage -> stage.status() == status)
        .findFirst();
  }

  private static Verdict topic(PipelinePlan plan, TopicState state, @Nullable Condition lastTopic) {
    return switch (state) {
      case TopicState.Unanswered asked when asked.since() != null ->
          Verdict.unknown("KafkaSilent", silence(plan, asked.since(), asked.last()));
      // An answer is a moment away, and what was seen holds until then.
      case TopicState.Unanswered _ when lastTopic != null -> Verdict.of(lastTopic);
      case TopicState.Unanswered asked ->
          Verdict.unknown(
              "AskingKafka",
              (asked.inLine()
                      ? "Kafka has yet to be asked about topic %s; other questions are before it"
                      : "Kafka was asked about topic %s")
                  .formatted(plan.topics().records().name()));
      case TopicState.Missing missing -> Verdict.no(missing.reason(), missing.message());
      case TopicState.Refused refused -> Verdict.no(refused.reason(), refused.message());
      case TopicState.Present present
          when present.note() == null && plan.topics().records().adopted() ->
          Verdict.yes(
              "Adopted",
              "Topic %s is used as it is, partitions: %d. Neither partitions nor retention of spec.topic change it"
                  .formatted(plan.topics().records().name(), present.topic().partitions()));
      case TopicState.Present present ->
          present.note() == null
              ? Verdict.yes(
                  "Present",
                  "Topic %s is there, partitions: %d"
                      .formatted(plan.topics().records().name(), present.topic().partitions()))
              : Verdict.yes("DiffersFromSpec", present.note());
    };
  }

  private static String silence(PipelinePlan plan, Instant since, TopicState.@Nullable Seen last) {
    return "Kafka has not answered since %s; %s. What runs goes on, and the operator asks again until Kafka answers. Check the brokers, and that the operator's Pod can reach each of them"
        .formatted(
            since.truncatedTo(ChronoUnit.SECONDS),
            last == null
                ? "the operator has not seen topic %s since it started"
                    .formatted(plan.topics().records().name())
                : "at %s topic %s was there, partitions: %d"
                    .formatted(
                        last.at().truncatedTo(ChronoUnit.SECONDS),
                        plan.topics().records().name(),
                        last.topic().partitions()));
  }

  private static Verdict store(PipelinePlan plan, Observation seen, Verdict topic) {
    if (!seen.missing().isEmpty()) {
      return Verdict.no("SecretMissing", String.join("; ", seen.missing()));
    }
    var table = "table " + plan.store().place();
    return switch (seen.migration()) {
      case null ->
          plan.isHeld()
              ? Verdict.no(
                  "MigrationGone",
                  "The Job that made the %s is gone, and nothing else says that the table is as this version needs it. The platform's newest version migrates anew; an edit of spec.description brings that at once"
                      .formatted(table))
              : Verdict.no(
                  "WaitingForTopic",
                  "The %s is made after the topic%s"
                      .formatted(table, topic.isTrue() ? "" : ". " + topic.message()));
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
    if (seen.api() == null) {
      return Verdict.no("WaitingForStore", "The API starts when the table is ready");
    }
    var verdict = running(plan, seen.api(), Optional.ofNullable(seen.api().lastWord()), "API");
    return verdict.isTrue() && seen.unreadable() != null
        ? Verdict.no(CANNOT_READ, seen.unreadable() + TAKES_IN)
        : verdict;
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

  /** The trouble that the condition quotes from an API; null when the API could read. */
  static @Nullable String unreadable(Condition api) {
    var message = api.getMessage();
    return CANNOT_READ.equals(api.getReason()) && message.endsWith(TAKES_IN)
        ? message.substring(0, message.length() - TAKES_IN.length())
        : null;
  }

  private static String suffix(@Nullable String trouble) {
    return trouble == null ? "" : ": " + trouble;
  }

  /** What only a person can mend. */
  static Optional<Verdict> stalled(PipelinePlan plan, Observation seen) {
    return seen.topic() instanceof TopicState.Refused refused
        ? Optional.of(Verdict.yes(refused.reason(), refused.message()))
        : forPerson(seen).map(word -> Verdict.yes(word.reason().name(), Advice.after(word, plan)));
  }

  private static Optional<LastWord> forPerson(Observation seen) {
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
