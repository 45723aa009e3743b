package dev.acequia.stores.postgres;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.RowRejection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that the table refuses by themselves, so that all others land. The batch goes in
 * by ranges, each behind a savepoint, which grow while all is well. A range that fails is split at
 * the row that the database had come to, or else in the middle. A row is only to blame when it
 * fails alone.
 */
final class RowIsolation<E extends Exception> {
  /** A range that fails has been written in vain, so that it should be small. */
  private static final int FIRST_RANGE = 256;

  private static final int LARGEST_RANGE = 8192;

  private static final String MARK = "SAVEPOINT \"_acequia_range\"";
  private static final String MARK_AGAIN = "RELEASE " + MARK + "; " + MARK;
  private static final String BACK_TO_MARK = "ROLLBACK TO " + MARK;

  /** What was loaded. */
  record Loaded(int duplicates, List<RowRejection> rejected) {}

  private final RowLoad load;
  private final boolean careful;
  private final CommitGate<E> gate;

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
      return new Search(session, batch, skip).loaded();
    }
    return batch.rows() == 0
        ? new Loaded(0, List.of())
        : new Loaded(load.load(session, batch, skip), List.of());
  }

  private final class Search {
    private final PostgresSession session;
    private final RangeLoad ranges;
    private final int rows;
    private final BitSet skip;
    private final List<RowRejection> rejected = new ArrayList<>();
    private int duplicates;
    private boolean suspectsAreToBlame = true;

    Search(PostgresSession session, PostgresBatch batch, BitSet skip) {
      this.session = session;
      this.skip = skip;
      rows = batch.rows();
      ranges = load.inRanges(session, batch, skip);
    }

    Loaded loaded() throws SQLException, E {
      execute(RangeLoad.CONSTRAINTS_AT_ONCE);
      ranges.prepare();
      execute(MARK);
      if (attempt(ranges::stage) != null) {
        ranges.goUnstaged();
      }
      var size = FIRST_RANGE;
      for (var from = 0; from < rows; ) {
        var to = Math.min(rows, from + size);
        size = load(from, to) ? Math.min(size * 2, LARGEST_RANGE) : FIRST_RANGE;
        from = to;
      }
      return new Loaded(duplicates, List.copyOf(rejected));
    }

    /** Loads a range without the rows to blame in it; whether there was none. */
    private boolean load(int from, int to) throws SQLException, E {
      var isClean = true;
      for (var rest = skip.nextClearBit(from); rest < to; ) {
        var begin = rest;
        var failure = attempt(() -> duplicates += ranges.load(begin, to));
        if (failure == null) {
          return isClean;
        }
        isClean = false;
        if (isLast(rest, to)) {
          reject(new RowRejection(rest, SqlFailure.words(failure)));
          return false;
        }
        var suspect = suspect(failure, rest, to);
        if (suspect < 0) {
          var middle = rest + (to - rest) / 2;
          load(rest, middle);
          rest = skip.nextClearBit(middle);
        } else {
          load(rest, suspect);
          suspectsAreToBlame = !load(suspect, suspect + 1);
          rest = skip.nextClearBit(suspect + 1);
        }
      }
      return isClean;
    }

    /**
     * The row that the database had come to; negative when that is not known, or says nothing: some
     * failures come when all rows are in.
     */
    private int suspect(SQLException failure, int from, int to) throws SQLException {
      if (!suspectsAreToBlame) {
        return -1;
      }
      var row = ranges.failedRow(failure, from, to);
      return row >= from && row < to && !isLast(row, to) ? row : -1;
    }

    private boolean isLast(int row, int to) {
      return skip.nextClearBit(row + 1) >= to;
    }

    private interface Work {
      void run() throws SQLException;
    }

    /** Does it, or undoes it and answers what was wrong, when a record may be to blame. */
    private @Nullable SQLException attempt(Work work) throws SQLException {
      try {
        work.run();
        execute(MARK_AGAIN);
        return null;
      } catch (SQLException e) {
        if (!SqlFailure.mayBeARecords(e)) {
          throw e;
        }
        execute(BACK_TO_MARK);
        return e;
      }
    }

    private void reject(RowRejection rejection) throws E {
      gate.onRejected(rejection);
      rejected.add(rejection);
    }

    private void execute(String sql) throws SQLException {
      try (var statement = session.connection().createStatement()) {
        statement.execute(sql);
      }
    }
  }
}
