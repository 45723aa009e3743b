package dev.acequia.local.cli.source;

/** Text out of a file as it may be shown in a line of ours: short, without control characters. */
public final class Excerpt {
  private static final int MAX_CHARS = 60;

  private Excerpt() {}

  /** At most 60 characters of the text; control characters become spaces. */
  public static String of(String text) {
    var shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_CHARS)
        .map(c -> isShowable(c) ? c : ' ')
        .forEach(shown::appendCodePoint);
    return shown.length() < text.length() ? shown + "…" : shown.toString();
  }

  /**
   * Whether it may be shown. Not: control and format characters, line separators, halves of
   * surrogate pairs.
   */
  public static boolean isShowable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
