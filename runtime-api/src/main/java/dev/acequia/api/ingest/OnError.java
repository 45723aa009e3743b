package dev.acequia.api.ingest;

import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import dev.acequia.api.http.QueryString;
import org.jspecify.annotations.Nullable;

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

  /** As the request's address says, null when it does not. */
  static @Nullable OnError of(QueryString query) {
    for (var parameter : query.parameters()) {
      if (!parameter.name().equals("onError")) {
        throw new ProblemException(
            ProblemType.INVALID_QUERY,
            "A push has no parameter '" + parameter.name() + "', only onError.");
      }
    }
    var onError = query.single("onError").orElse(null);
    return switch (onError) {
      case null -> null;
      case "reject" -> REJECT;
      case "skip" -> SKIP;
      default ->
          throw new ProblemException(
              ProblemType.INVALID_QUERY, "onError is reject or skip, not '" + onError + "'.");
    };
  }
}
