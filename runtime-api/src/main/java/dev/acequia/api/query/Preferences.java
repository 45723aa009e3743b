package dev.acequia.api.query;

import dev.acequia.stores.query.InvalidQueryException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;

/**
 * What the client would like, by RFC 7240. What is not known here is passed over, unless the client
 * asks for {@code handling=strict}.
 */
record Preferences(boolean countExact) {
  static Preferences of(HttpServletRequest request) {
    var countExact = false;
    var strict = false;
    var unknown = "";
    for (var header : Collections.list(request.getHeaders("Prefer"))) {
      for (var part : header.split(",", -1)) {
        switch (part.strip()) {
          case "count=exact" -> countExact = true;
          case "handling=strict" -> strict = true;
          case "handling=lenient", "" -> {}
          default -> unknown = part.strip();
        }
      }
    }
    if (strict && !unknown.isEmpty()) {
      throw new InvalidQueryException(
          "the preference '" + Shown.of(unknown) + "' is not known here; count=exact is");
    }
    return new Preferences(countExact);
  }
}
