package dev.acequia.crds;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** The form of times in a replay: RFC 3339. */
public final class ReplayTime {
  static final String RULE =
      "self.matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?"
          + "(Z|[+-][0-9]{2}:[0-9]{2})$')";

  static final String MESSAGE_EXPRESSION =
      "\"'\" + self + \"' is not a time: write it as in 2026-11-23T06:00:00Z or"
          + " 2026-11-23T07:00:00+01:00\"";

  private ReplayTime() {}

  /**
   * Parses a time.
   *
   * @throws IllegalArgumentException when there is no such time
   */
  public static Instant parse(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a time: write it as in 2026-11-23T06:00:00Z", e);
    }
  }
}
