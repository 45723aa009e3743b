package dev.acequia.local.cli.infer;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which field a column becomes: the same for {@code new} and {@code import}. */
public final class FieldNames {
  /** Words of the query language, which no field may be called. */
  private static final Set<String> RESERVED =
      Set.of("select", "order", "limit", "offset", "cursor", "and", "or", "not");

  private static final Pattern VALID = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final int MAX_LENGTH = 63;
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");
  private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");
  private static final Pattern OTHER = Pattern.compile("[^a-z0-9]+");

  private FieldNames() {}

  /**
   * The field's name for each column: {@code passengerId} becomes {@code passenger_id}, {@code
   * order} becomes {@code order_}, what has no Latin letter or digit becomes {@code column_3}. No
   * two are equal, and a column whose name needs no change keeps it.
   */
  public static List<String> of(List<String> columns) {
    var taken = new HashSet<String>();
    columns.stream().filter(FieldNames::isValid).forEach(taken::add);
    var names = new ArrayList<String>();
    for (var column : columns) {
      names.add(
          isValid(column)
              ? column
              : free(of(column).orElse("column_" + (names.size() + 1)), taken));
    }
    return names;
  }

  /** The field's name for a column alone; empty when it has no Latin letter or digit. */
  public static Optional<String> of(String column) {
    if (isValid(column)) {
      return Optional.of(column);
    }
    var plain = MARKS.matcher(Normalizer.normalize(column, Normalizer.Form.NFKD)).replaceAll("");
    var snake = HUMP.matcher(plain).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
    var words = OTHER.matcher(snake).replaceAll("_").replaceAll("^_|_$", "");
    if (words.isEmpty()) {
      return Optional.empty();
    }
    var name = cut(Character.isDigit(words.charAt(0)) ? "c_" + words : words, MAX_LENGTH);
    return Optional.of(RESERVED.contains(name) ? name + "_" : name);
  }

  private static boolean isValid(String name) {
    return VALID.matcher(name).matches() && !RESERVED.contains(name);
  }

  private static String free(String name, Set<String> taken) {
    var candidate = name;
    for (var n = 2; !taken.add(candidate); n++) {
      candidate = cut(name, MAX_LENGTH - 6) + "_" + n;
    }
    return candidate;
  }

  private static String cut(String name, int length) {
    return name.length() <= length ? name : name.substring(0, length);
  }
}
