package dev.acequia.operator.apply;

import dev.acequia.operator.apply.KafkaTopics.KafkaException;
import dev.acequia.operator.apply.TopicClaims.Details;
import dev.acequia.operator.apply.TopicClaims.Kept;
import dev.acequia.operator.plan.Facts;
import dev.acequia.operator.plan.TopicsPlan;
import dev.acequia.operator.plan.TopicsPlan.DesiredTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pipeline's hold on its topics: it claims what is free, and says what it may do with each. */
final class TopicHold {
  private static final Logger log = LoggerFactory.getLogger(TopicHold.class);

  /** What the holder of a name may do with the topic of that name. */
  enum Right {
    /** Make it, change it and delete it. */
    OWN,
    /** Use it as it is. */
    USE
  }

  private final TopicOwners owners;
  private final TopicClaimant claimant;
  private final TopicOwner owner;
  private final Adoption adoption;
  private final Function<String, Map<String, String>> ownSettings;
  private final List<String> changes = new ArrayList<>();

  /**
   * What a topic is to the pipeline.
   *
   * @param details what is to stand of it in the record
   */
  private record Judgement(Right right, Details details) {}

  /**
   * @param ownSettings what is set on a topic itself, by its name
   */
  TopicHold(
      TopicOwners owners,
      TopicClaimant claimant,
      Adoption adoption,
      Function<String, Map<String, String>> ownSettings) {
    this.owners = owners;
    this.claimant = claimant;
    this.adoption = adoption;
    this.owner = owners.owner(claimant.names());
    this.ownSettings = ownSettings;
  }

  /** Which topics were taken over from a former resource of this name, each a sentence. */
  List<String> changes() {
    return List.copyOf(changes);
  }

  /**
   * Claims the names where they are free.
   *
   * @return those that may be made and changed
   * @throws TopicRefusal when one is not this pipeline's to take; then no other was claimed
   */
  List<DesiredTopic> take(List<DesiredTopic> topics, Map<String, Facts.Topic> present) {
    for (var topic : topics) {
      if (topic.adopted() && !present.containsKey(topic.name())) {
        throw TopicRefusal.absent(topic.name());
      }
    }
    var unsettled =
        topics.stream()
            .filter(topic -> !isSettled(owners.known(), topic, present.get(topic.name())))
            .toList();
    if (unsettled.isEmpty()) {
      return topics.stream().filter(topic -> !topic.adopted()).toList();
    }
    var claims = owners.current();
    unsettled.forEach(topic -> judge(claims, topic, present.get(topic.name())));
    var used = new ArrayList<DesiredTopic>();
    var taken = new ArrayList<String>();
    for (var topic : unsettled) {
      try {
        if (take(claims, topic, present.get(topic.name()), taken) == Right.USE) {
          used.add(topic);
        }
      } catch (TopicRefusal e) { // another was faster
        taken.forEach(name -> owners.release(owners.known().keys(name, owner)));
        throw e;
      }
    }
    return topics.stream().filter(topic -> !topic.adopted() && !used.contains(topic)).toList();
  }

  /**
   * @param taken gets the name where it was not claimed before
   */
  private Right take(
      TopicClaims claims, DesiredTopic desired, Facts.@Nullable Topic actual, List<String> taken) {
    var topic = desired.name();
    var judgement = judge(claims, desired, actual);
    var former = judgement.right() == Right.OWN ? former(claims, topic, actual) : null;
    if (!claims.isClaimed(topic, owner, claimant.uid())) {
      if (actual != null && desired.adopted()) {
        keepFormers(claims, topic, actual);
      }
      if (!claims.isClaimed(topic, owner)) {
        taken.add(topic);
      }
      // Also beside a predecessor's claim, which may end late.
      owners.claim(topic, owner, judgement.details());
      var now = owners.current();
      if (now.holder(topic).isEmpty()) {
        throw unreadable(topic);
      }
      requireHeld(now, topic);
    } else if (!claims
        .details(topic, owner, claimant.uid())
        .equals(Optional.of(judgement.details()))) {
      owners.note(topic, owner, judgement.details());
    }
    if (judgement.right() == Right.USE && !desired.adopted()) {
      log.warn("topic {} is not the one that was created, and is left as it is", topic);
    }
    if (former != null) {
      changes.add(
          "Took topic %s with its records from the former DataPipeline of this name, uid %s"
              .formatted(topic, former));
    }
    return judgement.right();
  }

  private Judgement judge(TopicClaims claims, DesiredTopic desired, Facts.@Nullable Topic actual) {
    var topic = desired.name();
    requireHeld(claims, topic);
    var isFree = claims.holder(topic).isEmpty();
    if (desired.adopted()) {
      if (isFree) {
        adoption.require(owner, topic, kept(claims, topic, Objects.requireNonNull(actual)));
      }
      return new Judgement(Right.USE, new Details(claimant.uid(), null, true));
    }
    var made = claims.details(topic, owner, claimant.uid()).filter(one -> !one.adopted());
    if (actual == null) {
      return new Judgement(
          Right.OWN, made.orElseGet(() -> new Details(claimant.uid(), null, false)));
    }
    if (isFree ? wasOwn(claims, topic, actual) : isOwn(claims, topic, actual)) {
      return new Judgement(Right.OWN, new Details(claimant.uid(), actual.id(), false));
    }
    var lost =
        made.or(() -> claims.former(topic, owner, claimant.uid()).filter(one -> !one.adopted()))
            .map(Details::topicId);
    if (isFree || lost.isEmpty()) { // it came between the claim and its creation
      owners.release(claims.keys(topic, owner));
      throw refusal(claims, topic);
    }
    return new Judgement(Right.USE, new Details(claimant.uid(), lost.get(), false));
  }

  /** A claim that is not the first would come into force when the holder's ends. */
  private void requireHeld(TopicClaims claims, String topic) {
    var holder = claims.holder(topic).filter(one -> !one.equals(owner));
    if (holder.isPresent()) {
      owners.release(claims.keys(topic, owner));
      throw TopicRefusal.heldBy(holder.get(), topic, owner);
    }
  }

  /**
   * Asks once more, before a write.
   *
   * @throws TopicRefusal when the topic is another's by now
   */
  void confirm(String topic) {
    var holder = owners.current().holder(topic);
    if (!holder.filter(owner::equals).isPresent()) {
      if (holder.isEmpty()) {
        throw unreadable(topic);
      }
      throw TopicRefusal.heldBy(holder.get(), topic, owner);
    }
  }

  /** A broker may not have heard yet of the owners topic that was just made. */
  private static KafkaException unreadable(String topic) {
    return KafkaException.answered(
        "tell who holds topic " + topic, new TimeoutException("the claim is not to be read yet"));
  }

  /** Writes down which topic was made. */
  void made(String topic, String id) {
    owners.note(topic, owner, new Details(claimant.uid(), id, false));
  }

  /**
   * The topic of a name, or else the one that this very resource has made: the broker that was
   * asked may have yet to hear of it.
   */
  Facts.@Nullable Topic there(TopicClaims claims, String topic, Map<String, Facts.Topic> present) {
    var shown = present.get(topic);
    return shown != null
        ? shown
        : claims
            .details(topic, owner, claimant.uid())
            .filter(details -> !details.adopted())
            .map(Details::topicId)
            .map(id -> new Facts.Topic(id, 0))
            .orElse(null);
  }

  /**
   * Whether a topic that is there goes with this very resource: it made the topic, or took it over
   * as its own. What a predecessor left, and this one never took, stays.
   */
  boolean mayDelete(TopicClaims claims, String topic, Facts.Topic actual) {
    var holder = claims.holder(topic);
    if (claimant.adopts(topic) || holder.filter(one -> !one.equals(owner)).isPresent()) {
      return false;
    }
    var own = claims.details(topic, owner, claimant.uid());
    return isAccepted(claims, topic, actual)
        || own.filter(details -> details.isOf(actual.id())).isPresent()
        || (holder.isEmpty() && wasDefined(claims, topic, actual))
        || (own.filter(details -> details.topicId() == null).isPresent()
            && !isFormers(claims, topic, actual)
            && mayLookMade(claims, topic, actual)
            && TopicsPlan.looksMade(ownSettings.apply(topic)));
  }

  /** A person's word makes a topic of the pipeline's own names its own, and no adopted one. */
  private boolean isAccepted(TopicClaims claims, String topic, Facts.Topic actual) {
    return actual.id().equals(claimant.accepted())
        && (topic.equals(claimant.names().topic())
            || topic.equals(claimant.names().deadLetterTopic()))
        && isNeverAdopted(claims, topic);
  }

  private boolean isNeverAdopted(TopicClaims claims, String topic) {
    return Stream.concat(
            claims.details(topic, owner, claimant.uid()).stream(),
            claims.former(topic, owner, claimant.uid()).stream())
        .noneMatch(Details::adopted);
  }

  /** Whether a person has to know that a topic stays: it may be nobody's from now on. */
  boolean isLeft(TopicClaims claims, String topic) {
    return !claimant.adopts(topic)
        && claims.holder(topic).filter(holder -> !holder.equals(owner)).isEmpty()
        && (topic.equals(claimant.names().topic())
            || topic.equals(claimant.names().deadLetterTopic())
            || claims
                .former(topic, owner, claimant.uid())
                .filter(former -> !former.adopted())
                .isPresent());
  }

  /**
   * Keeps a topic for the next of this name where it would go with this one, or its predecessor.
   */
  void keep(TopicClaims claims, String topic, Facts.Topic actual) {
    if (mayDelete(claims, topic, actual)) {
      owners.keep(topic, owner, claimant.uid(), actual.id());
    } else {
      keepFormers(claims, topic, actual);
    }
  }

  /** Keeps what a predecessor made, where its end could not be written down. */
  void keepFormers(TopicClaims claims, String topic, Facts.Topic actual) {
    if (claims.details(topic, owner, claimant.uid()).isEmpty()
        && claims.holder(topic).filter(owner::equals).isPresent()) {
      claims
          .former(topic, owner, claimant.uid())
          .filter(former -> former.isOf(actual.id()))
          .ifPresent(former -> owners.keep(topic, owner, former.uid(), actual.id()));
    }
  }

  /** What the last reading says, where no more need be read and nothing written. */
  private boolean isSettled(
      TopicClaims claims, DesiredTopic desired, Facts.@Nullable Topic actual) {
    var topic = desired.name();
    return claims.holder(topic).filter(owner::equals).isPresent()
        && claims.isClaimed(topic, owner, claimant.uid())
        && actual != null
        && claims
            .details(topic, owner, claimant.uid())
            .filter(desired.adopted() ? Details::adopted : details -> details.isOf(actual.id()))
            .isPresent();
  }

  /**
   * Whether the topic is the one that the holder of its name made, a predecessor included, or a
   * person said it is.
   */
  private boolean isOwn(TopicClaims claims, String topic, Facts.Topic actual) {
    return claims
            .details(topic, owner, claimant.uid())
            .filter(details -> details.isOf(actual.id()))
            .isPresent()
        || isFormers(claims, topic, actual)
        || actual.id().equals(claimant.accepted())
        || isKept(claims, topic, actual)
        // Made, and the process ended before it was written down; or mirrored to another Kafka.
        || (mayLookMade(claims, topic, actual) && TopicsPlan.looksMade(ownSettings.apply(topic)));
  }

  /** Whether a topic that nobody claims is this pipeline's all the same. */
  private boolean wasOwn(TopicClaims claims, String topic, Facts.Topic actual) {
    return actual.id().equals(claimant.accepted())
        || isKept(claims, topic, actual)
        || claims
            .details(topic, owner, claimant.uid())
            .filter(details -> details.isOf(actual.id()))
            .isPresent()
        || wasDefined(claims, topic, actual);
  }

  /**
   * Versions before claims left definitions, which name the topic by its id. They made or took both
   * topics before the first definition; a person may have set more on the dead letter topic since.
   */
  private boolean wasDefined(TopicClaims claims, String topic, Facts.Topic actual) {
    return claimant.definedFor().contains(actual.id())
        || (topic.equals(claimant.names().deadLetterTopic())
            && !claimant.definedFor().isEmpty()
            && mayLookMade(claims, topic, actual)
            && TopicsPlan.mayBeMade(ownSettings.apply(topic)));
  }

  /** Whether settings count at all: what was written of an adopted or a kept topic comes first. */
  private boolean mayLookMade(TopicClaims claims, String topic, Facts.Topic actual) {
    return kept(claims, topic, actual).isEmpty() && isNeverAdopted(claims, topic);
  }

  /** Whether a predecessor made the topic. */
  private boolean isFormers(TopicClaims claims, String topic, Facts.Topic actual) {
    return claims
        .former(topic, owner, claimant.uid())
        .filter(former -> former.isOf(actual.id()))
        .isPresent();
  }

  private boolean isKept(TopicClaims claims, String topic, Facts.Topic actual) {
    return kept(claims, topic, actual).filter(kept -> kept.owner().equals(owner)).isPresent();
  }

  /** Whom this very topic waits for. */
  private static Optional<Kept> kept(TopicClaims claims, String topic, Facts.Topic actual) {
    return claims.kept(topic).filter(kept -> kept.topicId().equals(actual.id()));
  }

  /** The uid of the resource that a topic is taken over from; null when it is not. */
  private @Nullable String former(TopicClaims claims, String topic, Facts.@Nullable Topic actual) {
    if (actual == null || claims.details(topic, owner, claimant.uid()).isPresent()) {
      return null;
    }
    return kept(claims, topic, actual)
        .map(Kept::uid)
        .or(() -> claims.former(topic, owner, claimant.uid()).map(Details::uid))
        .filter(uid -> !uid.equals(claimant.uid()))
        .orElse(null);
  }

  private TopicRefusal refusal(TopicClaims claims, String topic) {
    if (topic.equals(claimant.names().deadLetterTopic())) {
      return TopicRefusal.deadLettersNobodys(topic, owner);
    }
    return claims
        .kept(topic)
        .map(kept -> TopicRefusal.keptFor(kept.owner(), topic, owner))
        .orElseGet(() -> TopicRefusal.nobodys(topic, owner));
  }
}
