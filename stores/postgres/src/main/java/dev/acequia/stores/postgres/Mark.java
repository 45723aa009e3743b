package dev.acequia.stores.postgres;

import java.sql.SQLException;
import java.util.Optional;

/** A place in a transaction to go back to: a savepoint. */
final class Mark {
  private final PostgresSession session;
  private final String savepoint;

  private Mark(PostgresSession session, String savepoint) {
    this.session = session;
    this.savepoint = savepoint;
  }

  static Mark set(PostgresSession session, String name) throws SQLException {
    var mark = new Mark(session, "SAVEPOINT " + Sql.quoted(name));
    session.execute(mark.savepoint);
    return mark;
  }

  /** Undoes what was done since; the mark stays. */
  void goBack() throws SQLException {
    session.execute("ROLLBACK TO " + savepoint);
  }

  /** Moves the mark to where the transaction is now. */
  void move() throws SQLException {
    session.execute("RELEASE " + savepoint + "; " + savepoint);
  }

  /** Something that may fail. */
  interface Work {
    void run() throws SQLException;
  }

  /**
   * Does it and moves the mark, or undoes it.
   *
   * @return what was wrong, when a record may be to blame
   * @throws SQLException when none can be
   */
  Optional<SQLException> attempt(Work work) throws SQLException {
    try {
      work.run();
      move();
      return Optional.empty();
    } catch (SQLException e) {
      if (!SqlFailure.mayBeARecords(e)) {
        throw e;
      }
      goBack();
      return Optional.of(e);
    }
  }
}
