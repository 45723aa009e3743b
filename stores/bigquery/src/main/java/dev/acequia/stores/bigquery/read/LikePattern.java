package dev.acequia.stores.bigquery.read;

/** Patterns of LIKE. */
final class LikePattern {
  private LikePattern() {}

  /** The same pattern with backslashes only before what is special, as GoogleSQL wants it. */
  static String normal(String pattern) {
    var normal = new StringBuilder(pattern.length());
    for (var i = 0; i < pattern.length(); i++) {
      var c = pattern.charAt(i);
      if (c == '\\') {
        i++;
        if (isSpecial(pattern.charAt(i))) {
          normal.append('\\');
        }
      }
      normal.append(pattern.charAt(i));
    }
    return normal.toString();
  }

  private static boolean isSpecial(char c) {
    return c == '%' || c == '_' || c == '\\';
  }
}
