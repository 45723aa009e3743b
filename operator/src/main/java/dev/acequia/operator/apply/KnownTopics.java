package dev.acequia.operator.apply;

import dev.acequia.operator.observe.TopicState;
import dev.acequia.operator.plan.KafkaCredentials.Password;
import dev.acequia.operator.plan.TopicsPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of one pipeline's topics. It is for one thread at a time. */
final class KnownTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KnownTopics.class);

  /** What the last answer was about. */
  private @Nullable Wish asked;

  private @Nullable TopicState answer;
  private @Nullable RuntimeException failure;
  private TopicState.@Nullable Seen seen;

  /**
   * Since when Kafka is silent, as the reconciles were told. It stays until this pipeline itself is
   * answered: where Kafka comes and goes, each status would be written each time.
   */
  private @Nullable Instant silentSince;

  /** What the last reconcile got. */
  private @Nullable TopicState shown;

  /** Whether there is an answer that no reconcile got. */
  private boolean news;

  private List<String> changes = new ArrayList<>();

  /**
   * What an answer is about.
   *
   * @param uid of the resource that asks
   * @param accepted id of the topic whose offsets a person accepted
   * @param users the passwords of its users in Kafka, whether it has them or not
   */
  record Wish(TopicsPlan topics, String uid, @Nullable String accepted, List<Password> users) {
    static Wish of(TopicClaimant claimant, TopicsPlan topics) {
      return new Wish(topics, claimant.uid(), claimant.accepted(), claimant.users().wished());
    }
  }

  boolean takeNewsOf(Wish wish) {
    var taken = news && wish.equals(asked);
    news = news && !taken;
    return taken;
  }

  List<String> takeChanges() {
    var taken = changes;
    changes = new ArrayList<>();
    return taken;
  }

  /** Whether the last answer was about this wish. */
  boolean wasAsked(Wish wish) {
    return wish.equals(asked);
  }

  /** Whether the last call was about this wish, and has an outcome that holds. */
  boolean isSettled(Wish wish, @Nullable Instant kafkaSilentSince) {
    return wish.equals(asked)
        && (failure != null || (answer != null && silentSince == null && kafkaSilentSince == null));
  }

  /**
   * What the reconcile gets.
   *
   * @throws RuntimeException when the last call failed; Kafka has to be asked again by then, since
   *     nothing but the next reconcile's retry does
   */
  TopicState show(Wish wish, @Nullable Instant kafkaSilentSince, boolean inLine) {
    if (failure != null && wish.equals(asked)) {
      shown = null; // the next answer is news
      throw failure;
    }
    if (silentSince == null) {
      silentSince = kafkaSilentSince;
    }
    shown =
        answer != null && isSettled(wish, kafkaSilentSince)
            ? answer
            : new TopicState.Unanswered(silentSince, inLine, seen);
    return shown;
  }

  boolean answered(Wish wish, TopicProvider.Result result, Instant now) {
    asked = wish;
    answer = result.state();
    failure = null;
    silentSince = null;
    changes.addAll(result.changes());
    if (result.state() instanceof TopicState.Present present) {
      seen = new TopicState.Seen(present.topic(), now);
    }
    news = !result.state().equals(shown) || !changes.isEmpty();
    return news;
  }

  /** A repeated failure is no news: the reconcile retries after the first one anyway. */
  boolean failed(Wish wish, RuntimeException thrown) {
    news =
        failure == null
            || !wish.equals(asked)
            || !String.valueOf(failure).equals(String.valueOf(thrown));
    asked = wish;
    answer = null;
    failure = thrown;
    silentSince = null;
    return news;
  }

  boolean silent(Instant began, KafkaTopics.KafkaException why) {
    failure = null;
    if (silentSince != null) {
      return false;
    }
    LOG.info("{}", why.getMessage());
    silentSince = began;
    return true;
  }
}
