package dev.acequia.stores.postgres;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A batch on its way into the table range by range, in ascending order, where a range that fails is
 * rolled back and tried again in parts. All rows are staged once, with their numbers, so that a
 * range costs no more than its own statement; one whose rows cannot even be staged is staged range
 * by range.
 */
final class RangeLoad {
  /** The staged rows, of which {@code _row} is the number. */
  static final String STAGE = "pg_temp.\"_acequia_ranges\"";

  private static final String ROW = "pg_temp.\"_acequia_row\"";
  private static final String AT = "pg_temp.\"_acequia_at\"";

  /**
   * What a statement adds to a value of a row {@code s}, so that it can be told afterwards how far
   * it came: a sequence keeps its value when all else is rolled back.
   */
  static final String TRACE = "0 * setval('" + AT + "', s.\"_row\")";

  /**
   * A mode's own part.
   *
   * @param columns of the table, as in the batch's tuples
   * @param table that has them
   * @param statements that move the staged rows from number {@code ?} to {@code ?} into the table;
   *     of the last, the rows it says were stored count
   */
  record Statements(String columns, String table, List<String> statements) {}

  private final PostgresSession session;
  private final PostgresBatch batch;
  private final BitSet skip;
  private final Statements sql;
  private final boolean countsDuplicates;

  /** Those of the batch's rows that are staged, in order; the number of the first is 1. */
  private final int[] sent;

  private boolean isStaged;

  /**
   * @param countsDuplicates whether rows that are not stored were there already
   */
  RangeLoad(
      PostgresSession session,
      PostgresBatch batch,
      BitSet skip,
      Statements sql,
      boolean countsDuplicates) {
    this.session = session;
    this.batch = batch;
    this.skip = skip;
    this.sql = sql;
    this.countsDuplicates = countsDuplicates;
    sent = IntStream.range(0, batch.rows()).filter(row -> !skip.get(row)).toArray();
  }

  /** Makes what is needed, once in a session. */
  void prepare() throws SQLException {
    session.execute(
        "CREATE TEMPORARY SEQUENCE IF NOT EXISTS \"_acequia_row\";"
            + "CREATE TEMPORARY SEQUENCE IF NOT EXISTS \"_acequia_at\";"
            + "CREATE TEMPORARY TABLE IF NOT EXISTS \"_acequia_ranges\" ON COMMIT DELETE ROWS AS SELECT "
            + sql.columns()
            + " FROM "
            + sql.table()
            + " WITH NO DATA;ALTER TABLE "
            + STAGE
            + " ADD COLUMN IF NOT EXISTS \"_row\" bigint DEFAULT nextval('"
            + ROW
            + "');CREATE INDEX IF NOT EXISTS \"_acequia_ranges_row\" ON "
            + STAGE
            + " (\"_row\")");
  }

  /** Stages the whole batch. */
  void stage() throws SQLException {
    stage(0, batch.rows());
    isStaged = true;
  }

  /** Hears that the batch cannot be staged as a whole. */
  void goUnstaged() {
    isStaged = false;
  }

  /**
   * Loads rows {@code from} to {@code to}, without those to skip.
   *
   * @return how many of them were there already
   */
  int load(int from, int to) throws SQLException {
    var first = isStaged ? number(from) : 1;
    var last = first + number(to) - number(from) - 1;
    if (!isStaged) {
      session.execute("TRUNCATE " + STAGE);
      stage(from, to);
    }
    var stored = 0;
    for (var statement : sql.statements()) {
      try (var prepared = session.connection().prepareStatement(statement)) {
        prepared.setLong(1, first);
        prepared.setLong(2, last);
        stored = prepared.executeUpdate();
      }
    }
    return countsDuplicates ? last - first + 1 - stored : 0;
  }

  /**
   * The row that the database had come to when a range failed; asked after the rollback.
   *
   * @return negative when it does not know
   */
  int failedRow(SQLException failure, int from, int to) throws SQLException {
    if (isStaged) {
      try (var statement = session.connection().createStatement();
          var row = statement.executeQuery("SELECT last_value FROM " + AT)) {
        return row.next() && row.getLong(1) <= sent.length ? sent[(int) row.getLong(1) - 1] : -1;
      }
    }
    var row = number(from) + SqlFailure.copyLine(failure) - 2;
    return SqlFailure.copyLine(failure) > 0 && row < sent.length ? sent[row] : -1;
  }

  /** The number of the first staged row that is not before this one of the batch. */
  private int number(int row) {
    var found = Arrays.binarySearch(sent, row);
    return (found < 0 ? -found - 1 : found) + 1;
  }

  private void stage(int from, int to) throws SQLException {
    session.execute("SELECT setval('" + ROW + "', 1, false)");
    CopyRows.copy(
        session,
        "COPY " + STAGE + " (" + sql.columns() + ") FROM STDIN (FORMAT binary)",
        batch,
        from,
        to,
        skip);
  }
}
