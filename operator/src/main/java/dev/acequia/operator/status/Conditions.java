package dev.acequia.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The conditions of one generation, in the order in which they are shown. */
public final class Conditions {
  public static final String READY = "Ready";
  public static final String STALLED = "Stalled";

  /** The reason of Ready while a pipeline is being deleted. */
  public static final String DELETING = "Deleting";

  static final String UPDATING = "Updating";
  static final String TOPIC_READY = "TopicReady";
  static final String STORE_READY = "StoreReady";
  static final String CONSUMER_READY = "ConsumerReady";
  static final String API_READY = "ApiReady";
  static final String PROTECTED = "Protected";

  private final List<Condition> former;
  private final long generation;
  private final String now;
  private final List<Condition> conditions = new ArrayList<>();

  /**
   * @param former those of the last status: a time of transition moves only with the value
   */
  Conditions(List<Condition> former, long generation, Instant now) {
    this.former = former;
    this.generation = generation;
    this.now = now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  void add(String type, Verdict verdict) {
    var status = verdict.status().text();
    var since =
        of(former, type)
            .filter(condition -> status.equals(condition.getStatus()))
            .map(Condition::getLastTransitionTime)
            .orElse(now);
    conditions.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(verdict.reason())
            .withMessage(verdict.message())
            .withObservedGeneration(generation)
            .withLastTransitionTime(since)
            .build());
  }

  /** Leaves a condition as it was, with the generation it was about. */
  void keep(String type) {
    of(former, type).ifPresent(conditions::add);
  }

  /** Keeps a condition of the same generation. */
  void keepOfThisGeneration(String type) {
    of(former, type)
        .filter(condition -> Objects.equals(condition.getObservedGeneration(), generation))
        .ifPresent(conditions::add);
  }

  List<Condition> all() {
    return List.copyOf(conditions);
  }

  /** The condition of this type. */
  public static Optional<Condition> of(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> type.equals(condition.getType())).findFirst();
  }
}
