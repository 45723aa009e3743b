package dev.acequia.stores.postgres;

import dev.acequia.stores.CommitGate;
import java.sql.SQLException;
import java.util.BitSet;

/**
 * Loads a batch of which the table refuses rows, so that all others land: without those that its
 * constraints say they refuse, or else by the search for rows that fail alone.
 */
final class RowIsolation<E extends Exception> {
  private final RowLoad load;
  private final ConstraintScreen screen;
  private final SQLException refusal;
  private final CommitGate<E> gate;

  /**
   * For one batch.
   *
   * @param load as it was tried
   * @param refusal what was wrong then
   * @param gate hears of each row that is refused
   */
  RowIsolation(RowLoad load, ConstraintScreen screen, SQLException refusal, CommitGate<E> gate) {
    this.load = load;
    this.screen = screen;
    this.refusal = refusal;
    this.gate = gate;
  }

  /** Loads the batch without the rows to skip and those to blame. */
  LoadedRows load(PostgresSession session, PostgresBatch batch, BitSet skip)
      throws SQLException, E {
    // Ends by itself, and would come to the same limit each time that it is tried again.
    session.liftTransactionTimeout();
    // What a constraint has to say, it is to say before the commit.
    session.execute("SET CONSTRAINTS ALL IMMEDIATE");
    var start = Mark.set(session, "_acequia_start");
    var screened =
        new ScreenedLoad(load, screen, session, batch, ScreenedLoad.PATIENCE).load(skip, refusal);
    if (screened.isPresent()) {
      for (var rejection : screened.get().rejected()) {
        gate.onRejected(rejection);
      }
      return screened.get();
    }
    start.goBack();
    var ranges = load.inRanges(session, batch, skip);
    return new RangeSearch<>(session, ranges, batch.rows(), skip, gate).load();
  }
}
