package dev.acequia.operator.apply;

import dev.acequia.operator.apply.KafkaTopics.KafkaException;
import dev.acequia.operator.apply.TopicClaims.Details;
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
  private final Function<String, Map<String, String>> ownSettings;
  private final List<String> changes = new ArrayList<>();

  /**
   * @param ownSettings what is set on a topic itself, by its name
   */
  TopicHold(
      TopicOwners owners,
      TopicClaimant claimant,
      Function<String, Map<String, String>> ownSettings) {
    this.owners = owners;
    this.claimant = claimant;
    this.owner = owners.owner(claimant.names());
    this.ownSettings = ownSettings;
  }

  /** Which topics were taken over from a former resource of this name, each a sentence. */
  List<String> changes() {
    return List.copyOf(changes);
  }

  /**
   * Claims the name where it is free.
   *
   * @param actual null when there is no such topic
   * @throws TopicRefusal when it is not this pipeline's to take
   */
  Right take(DesiredTopic desired, Facts.@Nullable Topic actual) {
    var topic = desired.name();
    if (desired.adopted() && actual == null) {
      throw TopicRefusal.absent(topic);
    }
    var settled = settled(owners.known(), desired, actual);
    if (settled.isPresent()) {
      return settled.get();
    }
    var claims = owners.current();
    var holder = claims.holder(topic);
    if (holder.isEmpty()) {
      if (actual != null && !desired.adopted() && !wasOwn(claims, topic, actual)) {
        throw refusal(claims, topic);
      }
      var id = desired.adopted() || actual == null ? null : actual.id();
      owners.claim(topic, owner, new Details(claimant.uid(), id, desired.adopted()));
      claims = owners.current();
      holder = claims.holder(topic);
      if (holder.isEmpty()) {
        throw unreadable(topic);
      }
    }
    if (!holder.get().equals(owner)) {
      if (claims.isClaimed(topic, owner)) {
        owners.release(
            claims, topic, owner); // else it would come into force when the holder's ends
      }
      throw TopicRefusal.heldBy(holder.get(), topic, owner);
    }
    return held(claims, desired, actual);
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
    return new KafkaException(
        "tell who holds topic " + topic, new TimeoutException("the claim is not to be read yet"));
  }

  /** Writes down which topic was made. */
  void made(String topic, String id) {
    owners.note(topic, owner, new Details(claimant.uid(), id, false));
  }

  /** Whether a topic that is there goes with the pipeline. */
  boolean mayDelete(TopicClaims claims, String topic, Facts.Topic actual) {
    if (claimant.adopts(topic)) {
      return false;
    }
    var holder = claims.holder(topic);
    return holder.isEmpty()
        ? wasOwn(claims, topic, actual)
        : holder.get().equals(owner) && isOwn(claims, topic, actual);
  }

  /** What the last reading says, where no more need be read and nothing written. */
  private Optional<Right> settled(
      TopicClaims claims, DesiredTopic desired, Facts.@Nullable Topic actual) {
    return claims
        .details(desired.name(), owner)
        .filter(_ -> claims.holder(desired.name()).filter(owner::equals).isPresent())
        .filter(details -> details.uid().equals(claimant.uid()))
        .filter(details -> details.adopted() == desired.adopted())
        .filter(
            details -> desired.adopted() || actual != null && actual.id().equals(details.topicId()))
        .map(_ -> desired.adopted() ? Right.USE : Right.OWN);
  }

  private Right held(TopicClaims claims, DesiredTopic desired, Facts.@Nullable Topic actual) {
    var topic = desired.name();
    var details = claims.details(topic, owner);
    if (desired.adopted()) {
      if (!details.filter(d -> d.adopted() && d.uid().equals(claimant.uid())).isPresent()) {
        owners.note(topic, owner, new Details(claimant.uid(), null, true));
      }
      return Right.USE;
    }
    if (actual == null) {
      return Right.OWN;
    }
    if (isOwn(claims, topic, actual)) {
      tellOfFormer(claims, topic, actual);
      made(topic, actual.id());
      return Right.OWN;
    }
    if (madeId(claims, topic).isEmpty()) { // it came between the claim and its creation
      owners.release(claims, topic, owner);
      throw refusal(claims, topic);
    }
    log.warn(
        "topic {} with id {} is not the one that was created, and is left as it is",
        topic,
        actual.id());
    return Right.USE;
  }

  /** Whether the topic is the one that the holder of its name made, or a person said it is. */
  private boolean isOwn(TopicClaims claims, String topic, Facts.Topic actual) {
    return madeId(claims, topic).filter(actual.id()::equals).isPresent()
        || actual.id().equals(claimant.accepted())
        || isKept(claims, topic, actual)
        // Made, and the process ended before it was written down; or mirrored to another Kafka.
        || TopicsPlan.looksMade(ownSettings.apply(topic));
  }

  /**
   * Whether a topic that nobody claims is this pipeline's all the same. Versions before claims left
   * definitions, which name the topic by its id. They made or took both topics before the first
   * definition; a person may have set more on the dead letter topic since.
   */
  private boolean wasOwn(TopicClaims claims, String topic, Facts.Topic actual) {
    return actual.id().equals(claimant.accepted())
        || claimant.definedFor().contains(actual.id())
        || isKept(claims, topic, actual)
        || (topic.equals(claimant.names().deadLetterTopic())
            && !claimant.definedFor().isEmpty()
            && TopicsPlan.mayBeMade(ownSettings.apply(topic)));
  }

  private boolean isKept(TopicClaims claims, String topic, Facts.Topic actual) {
    return claims
        .kept(topic)
        .filter(kept -> kept.owner().equals(owner) && kept.topicId().equals(actual.id()))
        .isPresent();
  }

  /** The record is the only place that still knows the former resource. */
  private void tellOfFormer(TopicClaims claims, String topic, Facts.Topic actual) {
    var former =
        isKept(claims, topic, actual)
            ? claims.kept(topic).map(TopicClaims.Kept::uid)
            : claims.details(topic, owner).map(Details::uid);
    former
        .filter(uid -> !Objects.equals(uid, claimant.uid()))
        .ifPresent(
            uid ->
                changes.add(
                    "Took topic %s with its records from the former DataPipeline of this name, uid %s"
                        .formatted(topic, uid)));
  }

  private Optional<String> madeId(TopicClaims claims, String topic) {
    return claims
        .details(topic, owner)
        .filter(details -> !details.adopted())
        .flatMap(details -> Optional.ofNullable(details.topicId()));
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
