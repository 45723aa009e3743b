package dev.acequia.servers.bigquery;

import java.util.List;
import java.util.Locale;

/** Names that columns cannot have. https://cloud.google.com/bigquery/docs/schemas#column_names */
final class Reserved {
  static final List<String> PREFIXES =
      List.of(
          "_TABLE_",
          "_FILE_",
          "_PARTITION",
          "_ROW_TIMESTAMP",
          "__ROOT__",
          "_COLIDENTIFIER",
          "_CHANGE_SEQUENCE_NUMBER",
          "_CHANGE_TYPE",
          "_CHANGE_TIMESTAMP");

  private Reserved() {}

  static boolean isReserved(String column) {
    var name = column.toUpperCase(Locale.ROOT);
    return PREFIXES.stream().anyMatch(name::startsWith);
  }
}
