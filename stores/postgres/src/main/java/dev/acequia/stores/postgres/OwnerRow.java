package dev.acequia.stores.postgres;

import dev.acequia.contract.TableClaim;
import dev.acequia.contract.TableNames;
import dev.acequia.contract.TerminationException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Whose the tables are among all installations that share the database: one row in a table beside
 * the offsets. The comment that {@link Ownership} reads names the pipeline alone, and pipelines of
 * one name are in many clusters. A table without the row is of a former version, and the first to
 * migrate it writes the row.
 */
final class OwnerRow {
  private final Connection connection;
  private final TableNames names;
  private final TableClaim claim;

  OwnerRow(Connection connection, TableNames names, TableClaim claim) {
    this.connection = connection;
    this.names = names;
    this.claim = claim;
  }

  /**
   * Passes when the tables are this pipeline's, or nobody's.
   *
   * @throws TerminationException when they are another's; the message names both
   */
  void check() throws SQLException, TerminationException {
    claim.check(names.data(), read(), handOver());
  }

  /** Writes the row, or takes it over from a former resource of the same name. */
  void claim() throws SQLException, TerminationException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + names.owner()
              // The primary key admits one row.
              + " (one boolean PRIMARY KEY DEFAULT true CHECK (one), installation text NOT NULL,"
              + " namespace text NOT NULL, pipeline text NOT NULL, uid text NOT NULL,"
              + " since timestamptz NOT NULL DEFAULT now())");
    }
    try (var statement =
        connection.prepareStatement(
            "INSERT INTO "
                + names.owner()
                + " (installation, namespace, pipeline, uid) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      statement.setString(1, claim.installation());
      statement.setString(2, claim.namespace());
      statement.setString(3, claim.pipeline());
      statement.setString(4, claim.uid());
      statement.executeUpdate();
    }
    check();
    try (var statement =
        connection.prepareStatement(
            "UPDATE " + names.owner() + " SET uid = ?, since = now() WHERE uid <> ?")) {
      statement.setString(1, claim.uid());
      statement.setString(2, claim.uid());
      statement.executeUpdate();
    }
  }

  /**
   * Passes when this very resource may drop the tables: one that was made again with the same name
   * may have them by now.
   */
  void checkDrop() throws SQLException, TerminationException {
    claim.checkDrop(names.data(), read(), handOver());
  }

  private String handOver() {
    return "DELETE FROM " + names.owner();
  }

  private @Nullable TableClaim read() throws SQLException {
    if (TableState.read(connection, names.owner()).isEmpty()) {
      return null;
    }
    try (var statement = connection.createStatement();
        var row =
            statement.executeQuery(
                "SELECT installation, namespace, pipeline, uid FROM " + names.owner())) {
      return row.next()
          ? new TableClaim(row.getString(1), row.getString(2), row.getString(3), row.getString(4))
          : null;
    }
  }
}
