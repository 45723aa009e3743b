package dev.acequia.operator.observe;

import dev.acequia.operator.plan.Facts;
import java.util.Optional;
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
  }

  /** The data topic, when it is there. */
  default Optional<Facts.Topic> found() {
    return switch (this) {
      case Present present -> Optional.of(present.topic());
      case Missing _, Refused _ -> Optional.empty();
    };
  }
}
