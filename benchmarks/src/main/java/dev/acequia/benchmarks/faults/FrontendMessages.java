package dev.acequia.benchmarks.faults;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Follows what one client says in PostgreSQL's protocol, version 3, as far as it takes to know
 * where in a batch's transaction it is.
 */
final class FrontendMessages {
  private final Map<String, String> statements = new HashMap<>();
  private int copied;
  private boolean hasCopied;

  /**
   * Hears the next message, before it is passed on.
   *
   * @param type the message's first byte
   * @param body what follows type and length
   */
  Optional<Moment> hear(char type, byte[] body) {
    return switch (type) {
      case 'P' -> { // Parse: a statement's name, its text
        var name = text(body, 0);
        statements.put(name, text(body, name.length() + 1));
        yield Optional.empty();
      }
      case 'B' -> { // Bind: a portal's name, a statement's name
        var portal = text(body, 0);
        yield runs(statements.getOrDefault(text(body, portal.length() + 1), ""));
      }
      case 'Q' -> runs(text(body, 0));
      case 'd' -> ++copied == 2 ? Optional.of(Moment.AMONG_ROWS) : Optional.empty();
      case 'c' -> {
        hasCopied = true;
        yield Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private Optional<Moment> runs(String sql) {
    var word = sql.strip().toUpperCase(Locale.ROOT);
    if (word.startsWith("COPY")) {
      copied = 0;
    } else if (word.startsWith("BEGIN") || word.startsWith("ROLLBACK")) {
      hasCopied = false;
    } else if (word.startsWith("COMMIT") && hasCopied) {
      hasCopied = false;
      return Optional.of(Moment.BEFORE_COMMIT);
    } else if (word.startsWith("UPDATE") && word.contains("SET NEXT_OFFSET")) {
      return Optional.of(Moment.BEFORE_ROWS);
    } else if (word.startsWith("UPDATE") && word.contains("SET SCHEMA_HASH")) {
      return Optional.of(Moment.MID_MIGRATION);
    }
    return Optional.empty();
  }

  private static String text(byte[] body, int from) {
    var end = from;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return new String(body, from, end - from, StandardCharsets.UTF_8);
  }
}
