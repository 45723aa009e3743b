package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Marks of a former version, which knew keys without scopes and no hash. After an upgrade they
 * count until the last of them has ended, however long the rollout took; the column's comment says
 * when that is, so that no batch looks for them in a table that never had any.
 */
final class FormerMarks {
  /** The day that a mark lives, and one for the rollout of the consumers. */
  private static final String COUNT = "48 hours";

  private static final String UNTIL = "marks of a former version, which have no hash, count until ";

  private FormerMarks() {}

  /** The statement that notes it when the column is added. */
  static String note(TableNames names) {
    return """
        DO $note$ BEGIN
          EXECUTE format('COMMENT ON COLUMN %s.hash IS %%L',
            '%s' || (now() + interval '%s'));
        END $note$"""
        .formatted(names.idempotency().replace("'", "''").replace("%", "%%"), UNTIL, COUNT);
  }

  /** How much longer they count; zero where there are none. */
  static Duration left(Connection connection, TableNames names) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "SELECT ceil(extract(epoch FROM substr(col_description(attrelid, attnum), ?)::timestamptz"
                + " - now())) FROM pg_attribute WHERE attrelid = ?::regclass AND attname = 'hash'"
                + " AND starts_with(col_description(attrelid, attnum), ?)")) {
      statement.setInt(1, UNTIL.length() + 1);
      statement.setString(2, names.idempotency());
      statement.setString(3, UNTIL);
      try (var row = statement.executeQuery()) {
        return row.next() ? Duration.ofSeconds(Math.max(0, row.getLong(1))) : Duration.ZERO;
      }
    }
  }
}
