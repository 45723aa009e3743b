package dev.acequia.benchmarks.harness;

import java.util.Locale;

/**
 * A promise and what was seen of it.
 *
 * @param what it is about, with its unit
 * @param atLeast inclusive; above 0 where seeing nothing would only mean that nobody looked
 * @param atMost inclusive
 */
public record Check(String what, double atLeast, double atMost, double seen) {
  /** A promise with an upper limit. */
  public static Check atMost(String what, double limit, double seen) {
    return new Check(what, 0, limit, seen);
  }

  public boolean isHeld() {
    return seen >= atLeast && seen <= atMost;
  }

  /** For a person. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%-6s  %s: %,.1f, %s%,.1f",
        isHeld() ? "held" : "MISSED",
        what,
        seen,
        atLeast > 0 ? String.format(Locale.ROOT, "at least %,.1f, at most ", atLeast) : "at most ",
        atMost);
  }
}
