package dev.acequia.stores.postgres;

import dev.acequia.stores.RowRejection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;

/** How rows get into the table, within a transaction that others begin and end. */
interface RowLoad {
  /** What the session needs before the first transaction. */
  default void prepare(Connection connection) throws SQLException {}

  /** The rows that cannot be judged, which are to be skipped. */
  default List<RowRejection> unjudged(PostgresSession session, PostgresBatch batch, BitSet skip)
      throws SQLException {
    return List.of();
  }

  /**
   * Loads a batch, without the rows to skip.
   *
   * @return how many of them were there already
   */
  int load(PostgresSession session, PostgresBatch batch, BitSet skip) throws SQLException;

  /** Forgets what a load left beside the table, for another one in the same transaction. */
  default void startOver(PostgresSession session) throws SQLException {}

  /** The same for a batch in which something is bad: range by range. */
  RangeLoad inRanges(PostgresSession session, PostgresBatch batch, BitSet skip);
}
