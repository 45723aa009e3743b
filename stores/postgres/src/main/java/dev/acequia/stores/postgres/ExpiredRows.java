package dev.acequia.stores.postgres;

import java.sql.SQLException;

/** The rows of a table that may go. */
interface ExpiredRows {
  /**
   * Removes those of some blocks, within a transaction that others end.
   *
   * @param blocks a condition on {@code ctid}
   */
  void remove(PostgresSession session, String blocks) throws SQLException;
}
