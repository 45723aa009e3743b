package dev.acequia.stores.bigquery.read;

/** Patterns of SQL's LIKE as regular expressions of RE2. */
final class LikePattern {
  private LikePattern() {}

  /**
   * What matches the same whole texts.
   *
   * @param lower whether the texts are in lower case
   */
  static String expression(String pattern, boolean lower) {
    var expression = new StringBuilder("(?s)\\A");
    var escaped = false;
    for (var point : pattern.codePoints().toArray()) {
      if (!escaped && point == '\\') {
        escaped = true;
        continue;
      }
      if (!escaped && point == '%') {
        expression.append(".*");
      } else if (!escaped && point == '_') {
        expression.append('.');
      } else {
        // Any character, since no escape of a letter or digit stands for itself.
        expression
            .append("\\x{")
            .append(Integer.toHexString(lower ? Character.toLowerCase(point) : point))
            .append('}');
      }
      escaped = false;
    }
    return expression.append("\\z").toString();
  }
}
