package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;

/** What one bad record does to the others: the parameter {@code onError}. */
enum OnError {
  /** None is stored. */
  REJECT,
  /** The good ones are stored. */
  SKIP,
  /**
   * All go into the topic, and the consumer makes dead letters of the bad ones; not to be asked
   * for.
   */
  DEAD_LETTER;

  /** The parameter's value. */
  static OnError of(String value) {
    return switch (value) {
      case "reject" -> REJECT;
      case "skip" -> SKIP;
      default ->
          throw new ProblemException(
              ProblemType.INVALID_QUERY, "onError is reject or skip, not '" + value + "'.");
    };
  }
}
