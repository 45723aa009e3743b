package dev.acequia.api.query;

/** A client's own words, short enough to be quoted back. */
final class Shown {
  private static final int LENGTH = 60;

  private Shown() {}

  static String of(String text) {
    return text.length() <= LENGTH ? text : text.substring(0, LENGTH) + "…";
  }
}
