package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Deletions that need not be remembered any longer, see {@link DeletionStatements}. The ledger says
 * in the same transaction up to where they are forgotten, so that what was deleted by one of them
 * can be told from what was not.
 */
final class ExpiredDeletions implements ExpiredRows {
  private final TableNames names;
  private final String expired;

  ExpiredDeletions(TableNames names, Duration kept) {
    this.names = names;
    expired = "deleted_at < now() - interval '" + kept.toSeconds() + " seconds' AND ";
  }

  @Override
  public void remove(PostgresSession session, String blocks) throws SQLException {
    // The ledger before the deletions, as batches that judge what is redriven; and nothing that a
    // batch has locked, so that the two never wait for each other in a circle.
    if (raise(session, blocks)) {
      session.execute(
          "DELETE FROM "
              + names.deletions()
              + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
              + names.deletions()
              + " WHERE "
              + expired
              + blocks
              + " AND EXISTS (SELECT FROM "
              + names.generations()
              + " g WHERE g.partition = \"_partition\" AND g.generation = \"_generation\""
              + " AND g.forgotten_before > \"_offset\") FOR UPDATE SKIP LOCKED))");
    }
  }

  /** Says in the ledger what is going to be forgotten; false when that is nothing. */
  private boolean raise(PostgresSession session, String blocks) throws SQLException {
    try (var find = session.connection().createStatement();
        var raise =
            session
                .connection()
                .prepareStatement(
                    "UPDATE "
                        + names.generations()
                        + " SET forgotten_before = greatest(forgotten_before, ?)"
                        + " WHERE partition = ? AND generation = ?");
        var rows =
            find.executeQuery(
                "SELECT max(\"_offset\") + 1, \"_partition\", \"_generation\" FROM "
                    + names.deletions()
                    + " WHERE "
                    + expired
                    + blocks
                    + " GROUP BY 2, 3 ORDER BY 2, 3")) {
      var isAny = false;
      while (rows.next()) {
        raise.setLong(1, rows.getLong(1));
        raise.setInt(2, rows.getInt(2));
        raise.setInt(3, rows.getInt(3));
        raise.addBatch();
        isAny = true;
      }
      if (isAny) {
        raise.executeBatch();
      }
      return isAny;
    }
  }
}
