package dev.acequia.stores.postgres;

import dev.acequia.contract.FieldType;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** Fields' types as columns, and which of them can be widened to which. */
final class ColumnType {
  private ColumnType() {}

  /** The type's name, as {@code format_type} shows it too. */
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

  /** The types whose columns can become one of this type and lose nothing. */
  static Set<FieldType> widensFrom(FieldType type) {
    return switch (type) {
      case INT64 -> EnumSet.of(FieldType.INT32);
      case DECIMAL -> EnumSet.of(FieldType.INT32, FieldType.INT64);
      case TIMESTAMP -> EnumSet.of(FieldType.DATE);
      case STRING, INT32, DOUBLE, BOOLEAN, DATE, UUID, JSON -> EnumSet.noneOf(FieldType.class);
    };
  }

  /** How an existing column's values become the type's. */
  static String conversion(FieldType type, String column) {
    return type == FieldType.TIMESTAMP
        ? column + "::timestamp AT TIME ZONE 'UTC'"
        : column + "::" + name(type);
  }

  /** The type as a definition spells it. */
  static String spelled(FieldType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
