package dev.acequia.servers.bigquery;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The words of a statement that stand outside of parentheses, strings, quoted names, comments and
 * CASE expressions. The statement was analyzed before, so what opens also closes.
 */
final class Clauses {
  private final String sql;
  private final List<Word> words = new ArrayList<>();

  /** A word or another sign, from where to where it stands. */
  private record Word(String text, int from, int to) {}

  Clauses(String sql) {
    this.sql = sql;
    var depth = 0;
    var at = 0;
    while (at < sql.length()) {
      var c = sql.charAt(at);
      var end = at + 1;
      if (c == '\'' || c == '"' || c == '`') {
        end = quoted(at);
      } else if (c == '#' || sql.startsWith("--", at)) {
        end = Math.max(at, sql.indexOf('\n', at)) + 1;
        end = sql.indexOf('\n', at) < 0 ? sql.length() : end;
        at = end;
        continue;
      } else if (sql.startsWith("/*", at)) {
        at = sql.indexOf("*/", at) + 2;
        continue;
      } else if (Character.isJavaIdentifierStart(c)) {
        while (end < sql.length() && Character.isJavaIdentifierPart(sql.charAt(end))) {
          end++;
        }
      }
      var word = sql.substring(at, end).toUpperCase(Locale.ROOT);
      if (word.equals("(") || word.equals("[") || word.equals("CASE")) {
        if (depth == 0) {
          words.add(new Word(word, at, end));
        }
        depth++;
      } else if (word.equals(")") || word.equals("]") || word.equals("END")) {
        depth--;
      } else if (depth == 0 && !Character.isWhitespace(c)) {
        words.add(new Word(word, at, end));
      }
      at = end;
    }
  }

  private int quoted(int from) {
    var quote = sql.substring(from, from + 1);
    if (sql.startsWith(quote.repeat(3), from)) {
      quote = quote.repeat(3);
    }
    var isRaw = from > 0 && "rR".indexOf(sql.charAt(from - 1)) >= 0;
    var at = from + quote.length();
    while (!sql.startsWith(quote, at)) {
      at += sql.charAt(at) == '\\' && !isRaw ? 2 : 1;
    }
    return at + quote.length();
  }

  /** Whether a word is the first. */
  boolean begins(String word) {
    return !words.isEmpty() && words.getFirst().text().equals(word);
  }

  /**
   * Where a word stands at or after a place.
   *
   * @return its start, or -1
   */
  int find(String text, int from) {
    return words.stream()
        .filter(word -> word.from() >= from && word.text().equals(text))
        .mapToInt(Word::from)
        .findFirst()
        .orElse(-1);
  }

  /** What stands between two places. */
  String between(int from, int to) {
    return sql.substring(from, to).strip();
  }

  int length() {
    return sql.length();
  }

  /** The places of all of a word between two places. */
  List<Integer> all(String text, int from, int to) {
    return words.stream()
        .filter(word -> word.from() >= from && word.from() < to && word.text().equals(text))
        .map(Word::from)
        .toList();
  }

  /** Pieces between commas. */
  static List<String> list(String text) {
    var clauses = new Clauses(text);
    var pieces = new ArrayList<String>();
    var from = 0;
    for (var comma : clauses.all(",", 0, text.length())) {
      pieces.add(clauses.between(from, comma));
      from = comma + 1;
    }
    pieces.add(clauses.between(from, text.length()));
    return pieces;
  }
}
