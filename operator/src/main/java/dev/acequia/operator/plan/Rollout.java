package dev.acequia.operator.plan;

import dev.acequia.crds.RolloutStatus;
import dev.acequia.crds.RolloutStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes that come from the platform reach the pipelines a few at a time. What is decided here is
 * a function of the pipelines' statuses, which outlive every operator.
 */
public final class Rollout {
  /** For how long a slot whose deadline has passed is left to who has to write so. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** The cause where the topic is another one. Each pipeline has its own, and all fail alike. */
  private static final String OTHER_TOPIC = "topic";

  /** The cause where the password for Kafka is another one, which is each pipeline's own too. */
  private static final String OTHER_PASSWORD = "kafka-password";

  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Rollout() {}

  /** What a pipeline does with its newest version. */
  public sealed interface Step {
    /** To be reported. */
    RolloutStatus status();

    /** It takes it. With the state Updating, the status has to be written before. */
    record Go(RolloutStatus status) implements Step {}

    /**
     * It stays in the version that it has, and takes the newest credentials there. With the state
     * Updating, the status has to be written before.
     */
    record Renew(RolloutStatus status) implements Step {}

    /** It stays in the version that it has. */
    record Wait(RolloutStatus status, Reason reason, Subject subject) implements Step {}
  }

  /** What a change is about: each goes wrong for other reasons, and is mended elsewhere. */
  public enum Subject {
    RELEASE,
    STORE_SECRET,
    KAFKA_CERTIFICATE,
    KAFKA_PASSWORD,
    TOPIC;

    private static Subject of(
        String cause, @Nullable String release, @Nullable String certificate) {
      if (cause.equals(release)) {
        return RELEASE;
      }
      if (cause.equals(certificate)) {
        return KAFKA_CERTIFICATE;
      }
      return switch (cause) {
        case OTHER_PASSWORD -> KAFKA_PASSWORD;
        case OTHER_TOPIC -> TOPIC;
        default -> STORE_SECRET;
      };
    }

    /** What a pipeline takes, or has failed with. */
    public static Subject of(RolloutStatus taken) {
      return of(cause(taken), taken.release(), taken.certificate());
    }
  }

  /** Why a pipeline waits. */
  public sealed interface Reason {
    /** All slots are taken. */
    record NoSlot() implements Reason {}

    /** It was not ready anyway, and those that were go first. */
    record AfterOthers() implements Reason {}

    /** Something is missing that the newest version is made of; it takes no part until then. */
    record Incomplete() implements Reason {}

    /** Too many have failed. */
    record Stopped(List<String> failed) implements Reason {
      public Stopped {
        failed = List.copyOf(failed);
      }
    }
  }

  /**
   * A pipeline of the fleet.
   *
   * @param name with its namespace
   */
  public record Member(String name, RolloutStatus status) {
    private String namespace() {
      return Rollout.namespace(name);
    }
  }

  /**
   * Decides on one pipeline.
   *
   * @param name with its namespace
   * @param former what was reported last; null when nothing ever was
   * @param notReadySince when the pipeline was first known not to be ready; null while it is ready,
   *     or nobody knows
   * @param others the fleet without this pipeline
   */
  public static Step decide(
      String name,
      Change change,
      @Nullable RolloutStatus former,
      @Nullable String notReadySince,
      List<Member> others,
      PlatformConfig.Rollout limits,
      Instant now) {
    var next =
        RolloutStatus.atRest(
            change.version(),
            change.release(),
            change.edit(),
            change.certificate(),
            change.kafkaPassword());
    if (former != null && change.version().equals(former.version())) {
      return new Step.Go(former.state() == State.WAITING ? next : withStateOf(former, next));
    }
    if (!change.isWhole() && change.isServed()) {
      return incomplete(change, former);
    }
    if (!change.isServed() || isEdit(change, former)) {
      // An edit keeps the slot of an update in progress, whose failure then is not the platform's.
      return new Step.Go(
          former != null && former.state() == State.UPDATING
              ? withStateOf(former, next)
                  .in(State.UPDATING, cause(former), text(since(former)), false)
              : next.edited(text(now)));
    }
    if (former != null && isEditUnderWay(former, limits, now)) {
      return new Step.Go(next.edited(former.since()));
    }
    if (former != null
        && former.state() == State.FAILED
        && wasReady(former)
        && !isNewRelease(change, former)) {
      // Credentials may mend it, and are not what broke it. Until it is Ready, the change that did
      // must not go on to others. There are few such pipelines: the rollout has stopped by them.
      return new Step.Go(withStateOf(former, next));
    }
    var cause = cause(change, former);
    var wasReady = wasReady(former, notReadySince);
    var taken = next.in(State.UPDATING, cause, text(now), wasReady);
    if (former != null && former.state() == State.UPDATING) {
      if (isRenewing(change, former)) {
        return new Step.Renew(former.withEdit(change.edit()));
      }
      // Whoever changes a Secret again and again must not hold a slot for ever.
      return new Step.Go(
          change.release().equals(former.release())
              ? next.in(State.UPDATING, cause, text(since(former)), wasReady)
              : taken);
    }
    var obstacle = obstacle(name, cause, wasReady, former, others, limits, now);
    if (obstacle.isEmpty()) {
      return new Step.Go(taken);
    }
    if (former != null && isRenewing(change, former)) { // and has failed to: it may become Ready
      return new Step.Renew(former.withEdit(change.edit()));
    }
    if (change.isRotated() && (former == null || isNewRelease(change, former))) {
      return renew(name, change, former, notReadySince == null, others, limits, now);
    }
    return waits(change, former, cause, wasReady, obstacle.get(), now);
  }

  /**
   * A release that is slow or stopped holds back no credentials; they are paced like any. A status
   * of an operator that kept nothing of rollouts has no release, which is older than any.
   */
  private static Step renew(
      String name,
      Change change,
      @Nullable RolloutStatus former,
      boolean wasReady,
      List<Member> others,
      PlatformConfig.Rollout limits,
      Instant now) {
    var cause = rotation(change, former);
    return obstacle(name, cause, wasReady, former, others, limits, now)
        .map(reason -> waits(change, former, cause, wasReady, reason, now))
        .orElseGet(
            () ->
                new Step.Renew(
                    new RolloutStatus(
                        former == null ? null : former.version(),
                        former == null ? null : former.release(),
                        change.edit(),
                        change.certificate(),
                        change.kafkaPassword(),
                        State.UPDATING,
                        cause,
                        text(now),
                        wasReady)));
  }

  /**
   * A Secret or the like is missing of which a version is made. Such a pipeline can take nothing
   * new, so it takes no slot and does not wait for one: the slot that it does not take would go to
   * nobody.
   */
  private static Step incomplete(Change change, @Nullable RolloutStatus former) {
    // Another operator or another number of Pods changes one part of the edit. That is no edit.
    // From the next status on the other part may change, which is no edit either.
    var kept =
        former != null && areComparable(change, former) && !isEdit(change, former)
            ? former.withEdit(change.edit())
            : former;
    if (kept != null && change.release().equals(kept.release())) {
      return new Step.Go(kept.state() == State.WAITING ? kept.atRest() : kept);
    }
    return new Step.Wait(
        kept != null && kept.edit() != null
            ? kept.atRest()
            : RolloutStatus.atRest(
                null, null, change.isSeen() ? null : Change.UNKNOWN_EDIT, null, null),
        new Reason.Incomplete(),
        Subject.RELEASE);
  }

  /** What became of the pipeline after it was observed. */
  public static RolloutStatus settle(
      RolloutStatus status,
      boolean isReady,
      boolean isStalled,
      PlatformConfig.Rollout limits,
      Instant now) {
    if (status.state() == State.WAITING) {
      return status;
    }
    if (isReady || (status.state() == null && isStalled)) {
      return status.atRest(); // an edit that needs a person is no longer under way
    }
    if (status.state() != State.UPDATING) {
      return status;
    }
    if (isStalled || !now.isBefore(deadline(status, limits))) {
      return status.in(State.FAILED, cause(status), text(now), wasReady(status));
    }
    // A slot that was taken in the future would be held for as long as the clock was set back.
    return since(status).isAfter(now)
        ? status.in(State.UPDATING, cause(status), text(now), wasReady(status))
        : status;
  }

  /**
   * What becomes of a pipeline whose reconcile failed. It no longer waits: it could not take the
   * slot that is next, and none behind it would be told of one.
   */
  public static RolloutStatus afterError(
      RolloutStatus status, PlatformConfig.Rollout limits, Instant now) {
    return status.state() == State.WAITING
        ? status.atRest()
        : settle(status, false, false, limits, now);
  }

  /** When an update that is in progress has failed. */
  public static Instant deadline(RolloutStatus updating, PlatformConfig.Rollout limits) {
    return since(updating).plus(limits.readyWithinDuration());
  }

  /**
   * The pipelines to look at again since a slot is free: first those that were ready, and of them
   * those that have waited longest.
   */
  public static List<String> next(List<Member> fleet, PlatformConfig.Rollout limits, Instant now) {
    var free = limits.maxInFlight() - slotsHeld(fleet, limits, now);
    var stopped = stopped(fleet, limits);
    var waiting = waiting(fleet, limits);
    var held =
        fleet.stream()
            .filter(one -> holdsSlot(one.status(), limits, now))
            .collect(Collectors.groupingBy(Member::namespace, Collectors.counting()));
    return fleet.stream()
        .filter(one -> one.status().state() == State.WAITING)
        .filter(one -> !stopped.containsKey(cause(one.status())))
        .sorted(
            Comparator.comparing((Member one) -> !wasReady(one.status()))
                .thenComparing(one -> since(one.status()))
                .thenComparing(Member::name))
        .filter(
            one ->
                held.merge(one.namespace(), 1L, Long::sum) <= share(limits)
                    || waiting.stream().allMatch(one.namespace()::equals))
        .limit(Math.max(0, free))
        .map(Member::name)
        .toList();
  }

  /** The changes that failed too often, by their causes. */
  public static Map<String, Subject> stopped(List<Member> fleet, PlatformConfig.Rollout limits) {
    return fleet.stream()
        .map(Member::status)
        .filter(status -> status.state() == State.FAILED)
        .filter(status -> failed(fleet, cause(status)).size() >= limits.maxFailed())
        .collect(Collectors.toUnmodifiableMap(Rollout::cause, Subject::of, (one, _) -> one));
  }

  /** Those that failed with this change. */
  public static List<String> failed(List<Member> fleet, String cause) {
    return fleet.stream()
        .filter(one -> one.status().counts(State.FAILED, cause))
        .map(Member::name)
        .sorted()
        .toList();
  }

  private static Optional<Reason> obstacle(
      String name,
      String cause,
      boolean wasReady,
      @Nullable RolloutStatus former,
      List<Member> others,
      PlatformConfig.Rollout limits,
      Instant now) {
    var failed = failed(others, cause);
    if (failed.size() >= limits.maxFailed()) {
      return Optional.of(new Reason.Stopped(failed));
    }
    if (!wasReady
        && (former == null
            || !cause.equals(former.cause()) // nobody knows yet who else waits
            || others.stream().anyMatch(one -> one.status().counts(State.WAITING, cause)))) {
      return Optional.of(new Reason.AfterOthers());
    }
    return slotsHeld(others, limits, now) < limits.maxInFlight()
            && !holdsShare(namespace(name), others, limits, now)
        ? Optional.empty()
        : Optional.of(new Reason.NoSlot());
  }

  /**
   * Whether a namespace holds half of all slots while others wait. A tenant that breaks and mends
   * the Secrets of a dozen pipelines has each of them hold a slot to its end.
   */
  private static boolean holdsShare(
      String namespace, List<Member> fleet, PlatformConfig.Rollout limits, Instant now) {
    return fleet.stream()
                .filter(one -> one.namespace().equals(namespace))
                .filter(one -> holdsSlot(one.status(), limits, now))
                .count()
            >= share(limits)
        && waiting(fleet, limits).stream().anyMatch(other -> !other.equals(namespace));
  }

  /** The namespaces of pipelines that only wait for a slot. */
  private static Set<String> waiting(List<Member> fleet, PlatformConfig.Rollout limits) {
    var stopped = stopped(fleet, limits);
    return fleet.stream()
        .filter(one -> one.status().state() == State.WAITING && wasReady(one.status()))
        .filter(one -> !stopped.containsKey(cause(one.status())))
        .map(Member::namespace)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int share(PlatformConfig.Rollout limits) {
    return (limits.maxInFlight() + 1) / 2;
  }

  private static String namespace(String name) {
    return name.substring(0, name.indexOf('/'));
  }

  private static Step waits(
      Change change,
      @Nullable RolloutStatus former,
      String cause,
      boolean wasReady,
      Reason reason,
      Instant now) {
    return new Step.Wait(
        waiting(change, former, cause, wasReady, now),
        reason,
        Subject.of(cause, change.release(), change.certificate()));
  }

  private static RolloutStatus waiting(
      Change change, @Nullable RolloutStatus former, String cause, boolean wasReady, Instant now) {
    var since =
        former != null && former.state() == State.WAITING && cause.equals(former.cause())
            ? since(former)
            : now;
    return (former == null ? RolloutStatus.NONE : former)
        .withEdit(change.edit())
        .in(State.WAITING, cause, text(since), wasReady);
  }

  /** Whether it takes, or failed with, its newest credentials in a version before the newest. */
  private static boolean isRenewing(Change change, RolloutStatus former) {
    return (former.state() == State.UPDATING || former.state() == State.FAILED)
        && isNewRelease(change, former)
        && (cause(former).equals(change.credentials())
            || cause(former).equals(change.certificate())
            || cause(former).equals(OTHER_PASSWORD));
  }

  /** Whether its owner still waits for the version before, which this operator cannot make. */
  private static boolean isEditUnderWay(
      RolloutStatus former, PlatformConfig.Rollout limits, Instant now) {
    return former.state() == null
        && former.since() != null
        && !since(former).isAfter(now)
        && now.isBefore(deadline(former, limits));
  }

  /** Whether it was ready before, so that a failure is the change's. */
  private static boolean wasReady(@Nullable RolloutStatus former, @Nullable String notReadySince) {
    if (former == null || former.state() == null) {
      return notReadySince == null;
    }
    // One that waits after it failed has not been ready since; that is not its owner's doing.
    return former.state() == State.WAITING
        ? notReadySince == null
            || (wasReady(former) && !instant(notReadySince).isAfter(since(former)))
        : wasReady(former);
  }

  private static boolean wasReady(RolloutStatus status) {
    return Boolean.TRUE.equals(status.wasReady());
  }

  private static boolean isEdit(Change change, @Nullable RolloutStatus former) {
    if (change.isGrown()) {
      return true;
    }
    return former != null && areComparable(change, former)
        ? !Change.isSameEdit(change.edit(), Objects.requireNonNull(former.edit()))
        : !change.isSeen();
  }

  private static boolean areComparable(Change change, RolloutStatus former) {
    return former.edit() != null && Change.areComparable(change.edit(), former.edit());
  }

  /** A new release, or else what is new in this one; failures of one do not stop the other. */
  private static String cause(Change change, @Nullable RolloutStatus former) {
    return former == null || isNewRelease(change, former)
        ? change.release()
        : change.isOtherTopic() ? OTHER_TOPIC : rotation(change, former);
  }

  private static boolean isNewRelease(Change change, RolloutStatus former) {
    return !change.release().equals(former.release());
  }

  /** Whose credentials are new: a bad certificate of Kafka's fails in pipelines of any store. */
  private static String rotation(Change change, @Nullable RolloutStatus former) {
    if (former == null) {
      return change.credentials();
    }
    if (change.certificate() != null && isOther(change.certificate(), former.certificate())) {
      return change.certificate();
    }
    return isOther(change.kafkaPassword(), former.kafkaPassword())
        ? OTHER_PASSWORD
        : change.credentials();
  }

  /** An operator that knew less has written down less. */
  private static boolean isOther(@Nullable String now, @Nullable String before) {
    return now != null && before != null && !now.equals(before);
  }

  private static int slotsHeld(List<Member> fleet, PlatformConfig.Rollout limits, Instant now) {
    return Math.toIntExact(
        fleet.stream().filter(one -> holdsSlot(one.status(), limits, now)).count());
  }

  /**
   * Whether it holds a slot. The operator may be unable to write that an update has failed, such as
   * in a namespace that has taken the right to do so away. Whoever may write there can also date a
   * slot ahead.
   */
  private static boolean holdsSlot(
      RolloutStatus status, PlatformConfig.Rollout limits, Instant now) {
    return status.state() == State.UPDATING
        && Duration.between(since(status), now)
                .abs()
                .compareTo(limits.readyWithinDuration().plus(GRACE))
            < 0;
  }

  /** A certificate that is the cause stays, or nobody could tell what kind of cause it is. */
  private static RolloutStatus withStateOf(RolloutStatus former, RolloutStatus next) {
    return new RolloutStatus(
        next.version(),
        next.release(),
        next.edit(),
        cause(former).equals(former.certificate()) ? former.certificate() : next.certificate(),
        next.kafkaPassword(),
        former.state(),
        former.cause(),
        former.since(),
        former.wasReady());
  }

  private static String cause(RolloutStatus status) {
    return status.cause() == null ? "" : status.cause();
  }

  private static Instant since(RolloutStatus status) {
    return status.since() == null ? Instant.EPOCH : instant(status.since());
  }

  /** Users can write any text into a status, such as Instant.MAX. */
  private static Instant instant(String text) {
    try {
      var instant = Instant.parse(text);
      return instant.isAfter(LATEST) ? Instant.EPOCH : instant;
    } catch (DateTimeParseException e) {
      return Instant.EPOCH;
    }
  }

  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
