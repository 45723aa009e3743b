package dev.acequia.api.query;

import dev.acequia.stores.query.InvalidQueryException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What the client would like, by RFC 7240. What is not known here is passed over, unless the client
 * asks for {@code handling=strict}.
 *
 * @param count how the rows of all pages are to be counted
 * @param applied what is known here, in the client's order
 */
record Preferences(Count count, List<String> applied) {

  /** How the rows of all pages are counted. */
  enum Count {
    NONE,
    /** One by one. */
    EXACT,
    /** As the store's planner takes it. */
    PLANNED,
    /** One by one while they are few, and as the planner takes it when they are many. */
    ESTIMATED
  }

  static Preferences of(HttpServletRequest request) {
    var headers = request.getHeaders("Prefer");
    if (!headers.hasMoreElements()) {
      return new Preferences(Count.NONE, List.of());
    }
    var count = Count.NONE;
    var strict = false;
    var unknown = "";
    var applied = new ArrayList<String>();
    for (var header : Collections.list(headers)) {
      for (var part : header.split(",", -1)) {
        var preference = part.strip();
        applied.add(preference);
        switch (preference) {
          case "count=exact" -> count = Count.EXACT;
          case "count=planned" -> count = Count.PLANNED;
          case "count=estimated" -> count = Count.ESTIMATED;
          case "handling=strict" -> strict = true;
          case "handling=lenient" -> {}
          default -> {
            applied.removeLast();
            unknown = preference.isEmpty() ? unknown : preference;
          }
        }
      }
    }
    if (strict && !unknown.isEmpty()) {
      throw new InvalidQueryException(
          "the preference '"
              + Shown.of(unknown)
              + "' is not known here; count=exact, count=planned and count=estimated are");
    }
    return new Preferences(count, applied);
  }

  /** What the answer repeats; empty when there is nothing to repeat. */
  Optional<String> appliedHeader() {
    return applied.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", applied));
  }
}
