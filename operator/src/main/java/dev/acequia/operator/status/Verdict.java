package dev.acequia.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import java.util.stream.Stream;

/**
 * What a condition says.
 *
 * @param reason one word in camel case, for programs
 * @param message a sentence for a person, with what to do where there is something to do
 */
record Verdict(Status status, String reason, String message) {
  /** Kubernetes caps a message at 32 KiB; a person reads less. */
  private static final int MAX_MESSAGE = 4000;

  enum Status {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String text;

    Status(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  Verdict {
    if (message.length() > MAX_MESSAGE) {
      message = message.substring(0, MAX_MESSAGE) + "…";
    }
  }

  static Verdict yes(String reason, String message) {
    return new Verdict(Status.TRUE, reason, message);
  }

  static Verdict no(String reason, String message) {
    return new Verdict(Status.FALSE, reason, message);
  }

  static Verdict unknown(String reason, String message) {
    return new Verdict(Status.UNKNOWN, reason, message);
  }

  /** What a condition said before. */
  static Verdict of(Condition condition) {
    var status =
        Stream.of(Status.values())
            .filter(one -> one.text.equals(condition.getStatus()))
            .findFirst()
            .orElse(Status.UNKNOWN);
    return new Verdict(status, condition.getReason(), condition.getMessage());
  }

  boolean isTrue() {
    return status == Status.TRUE;
  }
}
