package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import java.sql.SQLException;

/** Marks that are old enough, see {@link IdempotencyStatements}. */
final class ExpiredMarks implements ExpiredRows {
  /** How long a mark is kept at least, by the database's clock. */
  private static final String KEPT = "24 hours";

  private final String remove;

  ExpiredMarks(TableNames names) {
    // SKIP LOCKED avoids deadlocks with batches, which lock marks that they replace.
    remove =
        "DELETE FROM "
            + names.idempotency()
            + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
            + names.idempotency()
            + " WHERE seen_at < now() - interval '"
            + KEPT
            + "' AND ";
  }

  @Override
  public void remove(PostgresSession session, String blocks) throws SQLException {
    session.execute(remove + blocks + " FOR UPDATE SKIP LOCKED))");
  }
}
