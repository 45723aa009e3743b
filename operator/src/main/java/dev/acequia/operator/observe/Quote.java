package dev.acequia.operator.observe;

/** What another program says, as a part of a sentence of ours that nobody takes for our own. */
final class Quote {
  /** A screenful. */
  private static final int MAX_CHARS = 1400;

  private Quote() {}

  /** In quotation marks that the text itself cannot close. */
  static String of(String text) {
    return "“" + plain(text).replace('“', '"').replace('”', '"') + "”";
  }

  /** Shortened, and with characters escaped that a terminal obeys or does not show. */
  static String plain(String text) {
    var out = new StringBuilder();
    var cut = text.codePointCount(0, text.length()) > MAX_CHARS;
    text.codePoints()
        .limit(MAX_CHARS)
        .forEach(
            character -> {
              switch (Character.getType(character)) {
                case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED ->
                    out.append(character == '\n' ? "\\n" : "\\u{%x}".formatted(character));
                default -> out.appendCodePoint(character);
              }
            });
    return cut ? out.append('…').toString() : out.toString();
  }
}
