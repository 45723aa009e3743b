package dev.acequia.stores.postgres;

import dev.acequia.contract.Digits;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** Fields' types as columns, and which of them can be widened to which. */
final class ColumnType {
  /** Digits of the largest value. */
  private static final int INT32_DIGITS = 10;

  private static final int INT64_DIGITS = 19;

  private static final Pattern WITH_DIGITS =
      Pattern.compile("numeric\\(([0-9]+),([0-9]+)\\)"); // precision, scale

  private ColumnType() {}

  /** The type of a field's column, as {@code format_type} shows it too. */
  static String name(Field field) {
    var digits = field.digits();
    return digits == null
        ? name(field.type())
        : "numeric(" + digits.precision() + "," + digits.scale() + ")";
  }

  /** A type for values of a query, which may have any digits: with fewer, a cast would round. */
  static String name(FieldType type) {
    return switch (type) {
      case STRING -> "text";
      case INT32 -> "integer";
      case INT64 -> "bigint";
      case DOUBLE -> "double precision";
      case DECIMAL -> "numeric";
      case BOOLEAN -> "boolean";
      case DATE -> "date";
      case TIMESTAMP -> "timestamp with time zone";
      case UUID -> "uuid";
      case JSON -> "jsonb";
    };
  }

  /**
   * Whether a column can become the field's and loses nothing.
   *
   * @param column its type as {@code format_type} shows it
   */
  static boolean widens(String column, Field field) {
    var digits = field.digits();
    return switch (field.type()) {
      case INT64 -> column.equals(name(FieldType.INT32));
      case DECIMAL -> digits == null ? isExact(column) : fits(column, digits);
      case TIMESTAMP -> column.equals(name(FieldType.DATE));
      case STRING, INT32, DOUBLE, BOOLEAN, DATE, UUID, JSON -> false;
    };
  }

  private static boolean isExact(String column) {
    return isDecimal(column)
        || column.equals(name(FieldType.INT32))
        || column.equals(name(FieldType.INT64));
  }

  private static boolean fits(String column, Digits digits) {
    if (column.equals(name(FieldType.INT32))) {
      return digits.beforePoint() >= INT32_DIGITS;
    }
    if (column.equals(name(FieldType.INT64))) {
      return digits.beforePoint() >= INT64_DIGITS;
    }
    var former = WITH_DIGITS.matcher(column);
    return former.matches()
        && Integer.parseInt(former.group(1)) <= digits.precision()
        && Integer.parseInt(former.group(2)) == digits.scale();
  }

  /** Whether a column holds decimals, of any digits or of some. */
  static boolean isDecimal(String column) {
    return column.startsWith(name(FieldType.DECIMAL));
  }

  /** How an existing column's values become the field's. */
  static String conversion(Field field, String column) {
    return field.type() == FieldType.TIMESTAMP
        ? column + "::timestamp AT TIME ZONE 'UTC'"
        : column + "::" + name(field);
  }

  /** A column's type as a definition spells it, or as the database does where no field has it. */
  static String spelled(String column) {
    return Arrays.stream(FieldType.values())
        .filter(type -> name(type).equals(column))
        .map(type -> type.name().toLowerCase(Locale.ROOT))
        .findFirst()
        .orElse(column.replace("numeric", "decimal"));
  }
}
