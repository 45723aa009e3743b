package dev.acequia.contract.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a caller may do. */
public enum Scope {
  /** Push records. */
  INGEST,
  /** Ask for records. */
  QUERY;

  /** The scope's name in a Secret, in a token and on the command line. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The scope of this name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Scope parse(String text) {
    return Arrays.stream(values())
        .filter(scope -> scope.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a scope is one of "
                        + Arrays.stream(values())
                            .map(Scope::text)
                            .collect(Collectors.joining(", "))));
  }
}
