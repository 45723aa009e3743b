package dev.acequia.stores.postgres;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.RowRejection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that the table refuses by themselves, so that all others land: a range that fails
 * is rolled back to its savepoint and split, at the line that the error names or else in the
 * middle. A row is only to blame when it fails alone.
 */
final class RowIsolation<E extends Exception> {
  /** What was loaded. */
  record Loaded(int duplicates, List<RowRejection> rejected) {}

  private final RowLoad load;
  private final boolean careful;
  private final CommitGate<E> gate;
  private final List<RowRejection> rejected = new ArrayList<>();
  private int duplicates;

  /**
   * For one batch.
   *
   * @param careful whether to look for rows to blame; otherwise the first failure is thrown
   */
  RowIsolation(RowLoad load, boolean careful, CommitGate<E> gate) {
    this.load = load;
    this.careful = careful;
    this.gate = gate;
  }

  Loaded load(PostgresSession session, PostgresBatch batch, BitSet skip) throws SQLException, E {
    if (careful) {
      load(session, batch, 0, batch.rows(), skip);
    } else if (batch.rows() > 0) {
      duplicates = load.load(session, batch, 0, batch.rows(), skip);
    }
    return new Loaded(duplicates, List.copyOf(rejected));
  }

  private void load(PostgresSession session, PostgresBatch batch, int from, int to, BitSet skip)
      throws SQLException, E {
    var rest = from;
    while (rest < to && skip.nextClearBit(rest) < to) {
      var failure = tryToLoad(session, batch, rest, to, skip);
      if (failure == null) {
        return;
      }
      if (to - rest == 1) {
        reject(new RowRejection(rest, SqlFailure.words(failure)));
        return;
      }
      var suspect = suspect(SqlFailure.copyLine(failure), rest, to, skip);
      load(session, batch, rest, suspect, skip);
      load(session, batch, suspect, suspect + 1, skip);
      rest = suspect + 1;
    }
  }

  private @Nullable SQLException tryToLoad(
      PostgresSession session, PostgresBatch batch, int from, int to, BitSet skip)
      throws SQLException {
    var before = session.connection().setSavepoint();
    try {
      duplicates += load.load(session, batch, from, to, skip);
      session.connection().releaseSavepoint(before);
      return null;
    } catch (SQLException e) {
      if (!SqlFailure.mayBeARecords(e)) {
        throw e;
      }
      session.connection().rollback(before);
      session.connection().releaseSavepoint(before);
      return e;
    }
  }

  private void reject(RowRejection rejection) throws E {
    gate.onRejected(rejection);
    rejected.add(rejection);
  }

  /** The row at the line, counted over those that were sent; the middle one when there is none. */
  private static int suspect(int line, int from, int to, BitSet skip) {
    var row = skip.nextClearBit(from);
    for (var i = 1; i < line && row < to; i++) {
      row = skip.nextClearBit(row + 1);
    }
    return line > 0 && row < to ? row : from + (to - from) / 2;
  }
}
