package dev.acequia.local.cli.infer;

import com.fasterxml.jackson.core.JsonToken;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.record.CsvText;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the values of one column have in common. It holds no values, only what they rule out, so
 * that a file of any length is read in the same memory.
 */
final class ColumnProfile {
  /** What programs write for null; whether a column's NA is one is decided over the whole file. */
  private static final Set<String> NULL_TOKENS =
      Set.of(
          "NA", "N/A", "n/a", "#N/A", "NULL", "Null", "null", "NaN", "nan", "None", "none", "\\N",
          "-", ".", "?");

  private static final int LONGEST_NULL_TOKEN = 4;

  /** The digits that a double keeps whatever they are. */
  private static final int DOUBLE_DIGITS = 15;

  private static final long LARGEST_IN_DOUBLE = 1_000_000_000_000_000L;
  private static final Pattern WRITTEN_ZERO = Pattern.compile("[^.]*\\.[0-9]+0");

  /** 1e5: a number, or a hash of which the digits happen to be these. */
  private static final Pattern NUMBER_OR_HASH = Pattern.compile("[0-9]+[eE][0-9]+");

  /** What only a number has. */
  private static final Pattern SURELY_NUMBER = Pattern.compile("-.*|.*\\..*|.*[eE][+-].*");

  private final String name;
  private final EnumSet<Shape> possible = EnumSet.allOf(Shape.class);
  private final Map<String, Long> tokens = new TreeMap<>();
  private long values;
  private long nulls;
  private long empties;
  private long blanks;
  private long min;
  private long max;
  private boolean beyondInt64;
  private boolean exact;
  private boolean perhapsHash;
  private boolean surelyNumber;
  private boolean mixed;
  private long texts;
  private long others;

  ColumnProfile(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  /** A record without a value here. */
  void addNull() {
    nulls++;
  }

  /** Records that did not name it. */
  void addNulls(long count) {
    nulls += count;
  }

  /** Records that named it. */
  long seen() {
    return values + nulls;
  }

  /** The text of a CSV field, not null. */
  void addText(String raw) {
    if (raw.isEmpty()) {
      empties++;
      return;
    }
    if (raw.length() <= LONGEST_NULL_TOKEN && NULL_TOKENS.contains(raw)) {
      tokens.merge(raw, 1L, Long::sum);
      return;
    }
    var text = CsvText.trimmed(raw);
    if (text.isEmpty()) {
      blanks++;
      return;
    }
    values++;
    narrow(text);
  }

  /** A value of a JSON record, with its text where it is a scalar. */
  void addJson(JsonToken token, String text) {
    switch (token) {
      case VALUE_NULL -> nulls++;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        values++;
        others++;
        surelyNumber = true;
        possible.retainAll(EnumSet.of(Shape.INTEGER, Shape.NUMBER));
        narrow(text);
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        values++;
        others++;
        possible.retainAll(EnumSet.of(Shape.BOOLEAN));
      }
      case VALUE_STRING -> {
        values++;
        texts++;
        possible.removeAll(EnumSet.of(Shape.INTEGER, Shape.NUMBER, Shape.BOOLEAN, Shape.JSON));
        narrow(text);
      }
      default -> {
        values++;
        others++;
        possible.retainAll(EnumSet.of(Shape.JSON));
      }
    }
    mixed = texts > 0 && others > 0 || others > 0 && possible.isEmpty();
  }

  private void narrow(String text) {
    if (possible.isEmpty()) {
      return;
    }
    possible.removeIf(shape -> !shape.fits(text));
    if (possible.contains(Shape.INTEGER)) {
      measureInteger(text);
    } else if (possible.contains(Shape.NUMBER)) {
      measureNumber(text);
    }
    if (possible.contains(Shape.NUMBER)) {
      surelyNumber = surelyNumber || SURELY_NUMBER.matcher(text).matches();
      perhapsHash = perhapsHash || NUMBER_OR_HASH.matcher(text).matches();
    }
  }

  private void measureInteger(String text) {
    if (text.length() > 18 && beyondLong(text)) {
      beyondInt64 = true;
      return;
    }
    var value = Long.parseLong(text);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  private static boolean beyondLong(String text) {
    try {
      var unused = Long.parseLong(text);
      return false;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  /** A written trailing zero (19.90) and more digits than a double keeps both ask for a decimal. */
  private void measureNumber(String text) {
    if (!exact) {
      var number = new BigDecimal(text);
      exact =
          number.stripTrailingZeros().precision() > DOUBLE_DIGITS
              || Double.isInfinite(number.doubleValue())
              || (number.doubleValue() == 0 && number.signum() != 0)
              || WRITTEN_ZERO.matcher(text).matches();
    }
  }

  /** Tokens that look like null, with how often each occurs. */
  Map<String, Long> nullTokens() {
    return tokens;
  }

  /** Whether the values other than null tokens are of a narrower type than string. */
  boolean isTyped() {
    return values > 0 && narrowest() != FieldType.STRING;
  }

  /** What its owner should know about the type, empty when there is no doubt. */
  String doubt(Set<String> nullWords) {
    if (mixed && texts > 0) {
      return "%,d strings and %,d other values: json takes both, but cannot be filtered; a string needs strings throughout"
          .formatted(texts, others);
    }
    if (values == 0 || !nullWords.containsAll(tokens.keySet())) {
      return "";
    }
    if (perhapsHash && !surelyNumber && possible.contains(Shape.NUMBER)) {
      return "some look like 1e5, which is a number or a code; if they are numbers, it is a double";
    }
    if (narrowest() != FieldType.STRING) {
      return "";
    }
    if (possible.contains(Shape.LOCAL_DATE_TIME)) {
      return "times without an offset; as a timestamp, import them with --zone, such as --zone UTC";
    }
    if (possible.contains(Shape.HOUR_OFFSET)) {
      return "times whose offset lacks its minutes; a timestamp needs +00:00, not +00";
    }
    return "";
  }

  /** Records without a value, where these words stand for null. */
  long nullCount(Set<String> nullWords) {
    var count = nulls;
    for (var token : tokens.entrySet()) {
      if (nullWords.contains(token.getKey())) {
        count += token.getValue();
      }
    }
    return type(nullWords) == FieldType.STRING ? count : count + empties + blanks;
  }

  /** The narrowest type that takes every value, where these words stand for null. */
  FieldType type(Set<String> nullWords) {
    if (mixed) {
      return FieldType.JSON;
    }
    if (values == 0 || !nullWords.containsAll(tokens.keySet())) {
      return FieldType.STRING;
    }
    return narrowest();
  }

  private FieldType narrowest() {
    for (var shape : possible) {
      switch (shape) {
        case INTEGER -> {
          return integerType();
        }
        case NUMBER -> {
          if (perhapsHash && !surelyNumber) {
            return FieldType.STRING;
          }
          return needsDecimal() ? FieldType.DECIMAL : FieldType.DOUBLE;
        }
        case BOOLEAN -> {
          return FieldType.BOOLEAN;
        }
        case DATE -> {
          return FieldType.DATE;
        }
        case TIMESTAMP -> {
          return FieldType.TIMESTAMP;
        }
        case UUID -> {
          return FieldType.UUID;
        }
        case JSON -> {
          return FieldType.JSON;
        }
        case LOCAL_DATE_TIME, HOUR_OFFSET -> {
          // A string, unless its reader knows the offset.
        }
      }
    }
    return FieldType.STRING;
  }

  private boolean needsDecimal() {
    return exact || beyondInt64 || min < -LARGEST_IN_DOUBLE || max > LARGEST_IN_DOUBLE;
  }

  private FieldType integerType() {
    if (beyondInt64) {
      return FieldType.DECIMAL;
    }
    return min >= Integer.MIN_VALUE && max <= Integer.MAX_VALUE ? FieldType.INT32 : FieldType.INT64;
  }
}
