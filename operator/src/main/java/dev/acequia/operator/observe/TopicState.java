package dev.acequia.operator.observe;

import dev.acequia.operator.plan.Facts;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How the pipeline's topics are, as their provider says. */
public sealed interface TopicState {

  /**
   * Both topics are there.
   *
   * @param note what differs from the spec and cannot be changed; null when nothing does
   */
  record Present(Facts.Topic topic, @Nullable String note) implements TopicState {}

  /**
   * They are not as they should be, or nobody can say.
   *
   * @param reason for the condition
   * @param message what to do, for a person
   */
  record Missing(String reason, String message) implements TopicState {}

  /**
   * They are not the pipeline's to take, and only a person can help.
   *
   * @param reason for the condition
   * @param message what to do, for a person
   */
  record Refused(String reason, String message) implements TopicState {
    /** The topic is somebody else's. */
    public static final String NAME_TAKEN = "NameTaken";

    /** The topic that is to be adopted does not exist. */
    public static final String TOPIC_MISSING = "TopicMissing";

    /** All there are. */
    public static final Set<String> REASONS = Set.of(NAME_TAKEN, TOPIC_MISSING);
  }

  /**
   * Kafka has not answered yet.
   *
   * @param since when Kafka fell silent; null while it has only just been asked
   * @param inLine whether it is asked only after others were
   * @param last the topic when Kafka last answered; null when it has not since the operator started
   */
  record Unanswered(@Nullable Instant since, boolean inLine, @Nullable Seen last)
      implements TopicState {}

  /**
   * The topic as it once was.
   *
   * @param at when Kafka said so
   */
  record Seen(Facts.Topic topic, Instant at) {}

  /** The data topic as it was last seen, if it ever was. */
  default Optional<Facts.Topic> found() {
    return switch (this) {
      case Present present -> Optional.of(present.topic());
      case Missing _, Refused _ -> Optional.empty();
      case Unanswered unanswered -> Optional.ofNullable(unanswered.last()).map(Seen::topic);
    };
  }
}
