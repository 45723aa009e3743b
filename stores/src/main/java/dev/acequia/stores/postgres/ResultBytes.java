package dev.acequia.stores.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.core.BaseStatement;
import org.postgresql.core.QueryExecutor;

/**
 * The bytes of results that the driver has counted on one connection. Its own bound, {@code
 * maxResultBuffer}, is meant for one result, but the count goes on over all of them, until a
 * statement of the simple protocol ends. So such a statement is run before a piece of a result
 * might meet less room than a row may need.
 */
final class ResultBytes {
  private final long most;
  private long counted;

  /**
   * Nothing counted.
   *
   * @param most that the driver may have counted when it reads another piece
   */
  ResultBytes(long most) {
    this.most = most;
  }

  void add(int rowBytes) {
    counted += rowBytes;
  }

  /** A result was not read to its end, so what the driver has counted is not known. */
  void lost() {
    counted = Long.MAX_VALUE;
  }

  /** Makes room for another piece, where there is not enough. */
  void makeRoom(Connection connection) throws SQLException {
    if (counted > most) {
      try (var statement = connection.createStatement()) {
        var _ =
            statement
                .unwrap(BaseStatement.class)
                .executeWithFlags(
                    "SELECT 1 WHERE false",
                    QueryExecutor.QUERY_EXECUTE_AS_SIMPLE | QueryExecutor.QUERY_SUPPRESS_BEGIN);
      }
      counted = 0;
    }
  }
}
