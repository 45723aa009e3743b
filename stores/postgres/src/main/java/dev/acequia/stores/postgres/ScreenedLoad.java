package dev.acequia.stores.postgres;

import dev.acequia.stores.RowRejection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A batch without the rows that its table's constraints refuse, as they themselves say: nearly as
 * fast as one in which nothing is bad. Where a constraint has not the last word, each row that it
 * refuses is tried by itself after all others.
 */
final class ScreenedLoad {
  /** So many may refuse rows of one batch. */
  private static final int MOST_CONSTRAINTS = 8;

  /** So many are tried by themselves. */
  private static final int MOST_SUSPECTS = 4096;

  /**
   * How long that may take. A suspect costs some round trips, thus milliseconds where the database
   * is near, and all of them minutes where it is far.
   */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  private final RowLoad load;
  private final ConstraintScreen screen;
  private final PostgresSession session;
  private final PostgresBatch batch;
  private final Duration patience;
  private final Mark mark;

  ScreenedLoad(
      RowLoad load,
      ConstraintScreen screen,
      PostgresSession session,
      PostgresBatch batch,
      Duration patience)
      throws SQLException {
    this.patience = patience;
    this.load = load;
    this.screen = screen;
    this.session = session;
    this.batch = batch;
    mark = Mark.set(session, "_acequia_screened");
  }

  /**
   * Loads the batch without the rows to skip.
   *
   * @param refusal what was wrong when it was loaded whole
   * @return empty when the constraints do not say enough; what is loaded is then to be undone
   */
  Optional<LoadedRows> load(BitSet skip, SQLException refusal) throws SQLException {
    List<RowRejection> rejected = new ArrayList<>();
    var suspects = new BitSet();
    var without = (BitSet) skip.clone();
    var duplicates = new int[1];
    var failure = Optional.of(refusal);
    for (var constraints = 0; failure.isPresent(); constraints++) {
      var refused = refusedLike(failure.get(), without);
      if (refused.rows().isEmpty() || constraints == MOST_CONSTRAINTS) {
        return Optional.empty();
      }
      if (refused.certain()) {
        var words = SqlFailure.words(failure.get());
        refused.rows().stream().forEach(row -> rejected.add(new RowRejection(row, words)));
      } else {
        suspects.or(refused.rows());
      }
      without.or(refused.rows());
      failure = mark.attempt(() -> duplicates[0] = load.load(session, batch, without));
    }
    if (suspects.cardinality() > MOST_SUSPECTS || !areToBlame(suspects, rejected)) {
      return Optional.empty();
    }
    rejected.sort(Comparator.comparingInt(RowRejection::row));
    return Optional.of(new LoadedRows(duplicates[0], rejected));
  }

  private ConstraintScreen.Refused refusedLike(SQLException failure, BitSet skip)
      throws SQLException {
    try {
      var refused = screen.refusedLike(failure, session, batch, skip);
      mark.move();
      return refused;
    } catch (SQLException notAllowed) {
      mark.goBack();
      return ConstraintScreen.Refused.NONE;
    }
  }

  /** Whether each of them fails alone, and why; not when that takes too long. */
  private boolean areToBlame(BitSet suspects, List<RowRejection> rejected) throws SQLException {
    var start = System.nanoTime();
    if (!suspects.isEmpty()) {
      load.startOver(session); // a row alone is one that no other of its batch stands beside
      mark.move();
    }
    for (var row = suspects.nextSetBit(0); row >= 0; row = suspects.nextSetBit(row + 1)) {
      if (System.nanoTime() - start > patience.toNanos()) {
        return false;
      }
      var others = new BitSet();
      others.set(0, batch.rows());
      others.clear(row);
      var failure = mark.attempt(() -> load.load(session, batch, others));
      if (failure.isEmpty()
          || SqlFailure.isDuplicate(failure.get())
          || SqlFailure.isKeyTwice(failure.get())) {
        return false;
      }
      rejected.add(new RowRejection(row, SqlFailure.words(failure.get())));
    }
    return true;
  }
}
