package dev.acequia.stores.postgres;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.RowRejection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A batch on its way into the table by ranges, each behind a savepoint, which grow while all is
 * well. A range that fails is split at the row that the database had come to, or else in the
 * middle, until a row fails alone: slow where much is bad, and sure whatever refuses a row.
 */
final class RangeSearch<E extends Exception> {
  /** A range that fails has been written in vain, so that it should be small. */
  private static final int FIRST_RANGE = 256;

  private static final int LARGEST_RANGE = 8192;

  private final RangeLoad ranges;
  private final int rows;
  private final BitSet skip;
  private final CommitGate<E> gate;
  private final Mark mark;
  private final List<RowRejection> rejected = new ArrayList<>();
  private int duplicates;
  private boolean suspectsAreToBlame = true;

  /**
   * For one batch.
   *
   * @param rows of the batch
   * @param skip those of them that the ranges leave out
   */
  RangeSearch(PostgresSession session, RangeLoad ranges, int rows, BitSet skip, CommitGate<E> gate)
      throws SQLException {
    this.ranges = ranges;
    this.rows = rows;
    this.skip = skip;
    this.gate = gate;
    ranges.prepare();
    mark = Mark.set(session, "_acequia_range");
  }

  LoadedRows load() throws SQLException, E {
    if (mark.attempt(ranges::stage).isPresent()) {
      ranges.goUnstaged();
    }
    var size = FIRST_RANGE;
    for (var from = 0; from < rows; ) {
      var to = Math.min(rows, from + size);
      size = load(from, to) ? Math.min(size * 2, LARGEST_RANGE) : FIRST_RANGE;
      from = to;
    }
    return new LoadedRows(duplicates, List.copyOf(rejected));
  }

  /** Loads a range without the rows to blame in it; whether there was none. */
  private boolean load(int from, int to) throws SQLException, E {
    var isClean = true;
    for (var rest = skip.nextClearBit(from); rest < to; ) {
      var begin = rest;
      var failure = mark.attempt(() -> duplicates += ranges.load(begin, to));
      if (failure.isEmpty()) {
        return isClean;
      }
      isClean = false;
      if (isLast(rest, to)) {
        reject(new RowRejection(rest, SqlFailure.words(failure.get())));
        return false;
      }
      var suspect = suspect(failure.get(), rest, to);
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

  private void reject(RowRejection rejection) throws E {
    gate.onRejected(rejection);
    rejected.add(rejection);
  }
}
