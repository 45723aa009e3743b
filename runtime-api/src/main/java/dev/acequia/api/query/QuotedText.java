package dev.acequia.api.query;

import dev.acequia.stores.query.InvalidQueryException;

/** A value that may stand in double quotes, so that it can hold what would end it. */
final class QuotedText {
  private QuotedText() {}

  /**
   * Reads a value.
   *
   * @param ends the characters that end one without quotes
   * @param into takes it
   * @return the position behind it
   */
  static int read(String text, int start, String ends, StringBuilder into) {
    var position = start;
    if (position == text.length() || text.charAt(position) != '"') {
      while (position < text.length() && ends.indexOf(text.charAt(position)) < 0) {
        into.append(text.charAt(position++));
      }
      return position;
    }
    for (position++; position < text.length(); position++) {
      var c = text.charAt(position);
      if (c == '"') {
        return position + 1;
      }
      if (c == '\\' && position + 1 < text.length()) {
        c = text.charAt(++position);
      }
      into.append(c);
    }
    throw new InvalidQueryException("a quoted value does not end");
  }
}
