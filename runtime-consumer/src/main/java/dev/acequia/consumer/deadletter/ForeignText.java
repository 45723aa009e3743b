package dev.acequia.consumer.deadletter;

/**
 * Text of someone else's choosing on its way into a log line, a header or a termination message: of
 * bounded length, and without characters that would pass for the end of a line or hide others.
 */
public final class ForeignText {
  private ForeignText() {}

  /**
   * The text, with escapes for what does not show.
   *
   * @param mostChars what it may have before it is cut and ends with an ellipsis
   */
  public static String bounded(String text, int mostChars) {
    var shown = new StringBuilder(Math.min(text.length(), mostChars) + 1);
    for (var at = 0; at < text.length(); ) {
      var character = text.codePointAt(at);
      var piece =
          isHidden(character)
              ? "\\u%04x".formatted(character)
              : new String(Character.toChars(character));
      if (shown.length() + piece.length() > mostChars) {
        return shown.append('…').toString();
      }
      shown.append(piece);
      at += Character.charCount(character);
    }
    return shown.toString();
  }

  private static boolean isHidden(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
