package dev.acequia.stores.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table as the catalog shows it.
 *
 * @param columns in their order, by name
 * @param primaryKey the key's columns in its order; empty when there is none
 */
record TableState(Map<String, Column> columns, List<String> primaryKey) {
  /**
   * One column.
   *
   * @param type without a length; a numeric one with its digits
   * @param filled whether a row that does not name it gets a value by itself
   */
  record Column(String type, boolean notNull, boolean filled) {}

  private static final String COLUMNS =
      """
      SELECT a.attname,
             format_type(
                 a.atttypid, CASE WHEN a.atttypid = 'numeric'::regtype THEN a.atttypmod END),
             a.attnotnull,
             a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
      FROM pg_attribute a
      WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum""";

  private static final String PRIMARY_KEY =
      """
      SELECT a.attname
      FROM pg_index i
      CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE i.indrelid = to_regclass(?) AND i.indisprimary
      ORDER BY k.position""";

  /** Empty when there is no such table. */
  static Optional<TableState> read(Connection connection, String table) throws SQLException {
    var columns = new LinkedHashMap<String, Column>();
    try (var statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, table);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          columns.put(
              rows.getString(1),
              new Column(rows.getString(2), rows.getBoolean(3), rows.getBoolean(4)));
        }
      }
    }
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    var key = new ArrayList<String>();
    try (var statement = connection.prepareStatement(PRIMARY_KEY)) {
      statement.setString(1, table);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          key.add(rows.getString(1));
        }
      }
    }
    return Optional.of(new TableState(columns, key));
  }
}
