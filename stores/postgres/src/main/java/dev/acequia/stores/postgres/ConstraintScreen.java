package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of a batch that a constraint refuses, when it has refused one of them: what it
 * says is asked of all rows in one statement, to which they are sent with no more than the columns
 * that it is about.
 */
final class ConstraintScreen {
  /**
   * Of which columns a CHECK or a foreign key is, what is true of a row {@code s} that it refuses,
   * and whether that is all: a trigger could change a row before it is judged, a partition has
   * triggers of its own, and what a row refers to may be in its own batch.
   */
  private static final String REFUSAL =
      """
      SELECT (SELECT array_agg(a.attname::text) FROM pg_attribute a
          WHERE a.attrelid = t.oid AND a.attnum = ANY (c.conkey)),
        CASE c.contype
        WHEN 'c' THEN '(' || pg_get_expr(c.conbin, t.oid) || ') IS FALSE'
        WHEN 'f' THEN (
          SELECT string_agg(format('s.%I IS NOT NULL', a.attname), ' AND ')
            || format(' AND NOT EXISTS (SELECT FROM %s r WHERE ', c.confrelid::regclass)
            || string_agg(format('r.%I = s.%I', f.attname, a.attname), ' AND ') || ')'
          FROM unnest(c.conkey, c.confkey) k (own, other)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.own
          JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = k.other)
        END,
        c.contype = 'c' AND t.relkind = 'r' AND NOT EXISTS (
          SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal)
      FROM pg_class t JOIN pg_constraint c ON c.conrelid = t.oid
      WHERE t.oid = ?::regclass AND c.conname = ? AND c.contype IN ('c', 'f')
      """;

  /** A batch of more than this is a few large records, of which there had better be no copy. */
  private static final long MOST_BYTES = 8 << 20;

  /**
   * Rows that are refused for one reason.
   *
   * @param certain whether it is known; otherwise each is to be tried by itself
   */
  record Refused(BitSet rows, boolean certain) {
    static final Refused NONE = new Refused(new BitSet(), true);
  }

  private record Refusal(List<String> columns, String condition, boolean certain) {}

  private final String table;

  /** As they stand in the batch's tuples. */
  private final List<String> fields;

  ConstraintScreen(TableNames names, Schema schema, LoadMode mode) {
    table = names.data();
    fields = PostgresBatch.columns(schema, mode);
  }

  /**
   * The rows that are refused for the same reason as one of them was.
   *
   * @param skip rows not to look at
   * @return none when the failure is of no constraint that can be asked, or the records are large
   * @throws SQLException when it cannot be asked, which says nothing of the rows
   */
  Refused refusedLike(
      SQLException failure, PostgresSession session, PostgresBatch batch, BitSet skip)
      throws SQLException {
    if (batch.bytes() > MOST_BYTES) {
      return Refused.NONE;
    }
    var refusal = refusal(session.connection(), failure);
    return refusal.isPresent() && fields.containsAll(refusal.get().columns())
        ? new Refused(ask(session, batch, skip, refusal.get()), refusal.get().certain())
        : Refused.NONE;
  }

  private Optional<Refusal> refusal(Connection connection, SQLException failure)
      throws SQLException {
    var column = SqlFailure.columnWithoutNulls(failure);
    if (column.isPresent()) {
      var name = column.get();
      return Optional.of(new Refusal(List.of(name), "s." + Sql.quoted(name) + " IS NULL", false));
    }
    var constraint = SqlFailure.constraint(failure);
    if (constraint.isEmpty()) {
      return Optional.empty();
    }
    try (var statement = connection.prepareStatement(REFUSAL)) {
      statement.setString(1, table);
      statement.setString(2, constraint.get());
      try (var row = statement.executeQuery()) {
        return row.next()
            ? refusal(row.getArray(1), row.getString(2), row.getBoolean(3))
            : Optional.empty();
      }
    }
  }

  private static Optional<Refusal> refusal(
      @Nullable Array columns, @Nullable String condition, boolean certain) throws SQLException {
    // Absent for a CHECK of nothing, or of the row as a whole.
    return columns == null || condition == null
        ? Optional.empty()
        : Optional.of(new Refusal(List.of((String[]) columns.getArray()), condition, certain));
  }

  private BitSet ask(PostgresSession session, PostgresBatch batch, BitSet skip, Refusal refusal)
      throws SQLException {
    var positions = refusal.columns().stream().mapToInt(fields::indexOf).sorted().toArray();
    var columns =
        Arrays.stream(positions)
            .mapToObj(fields::get)
            .map(Sql::quoted)
            .collect(Collectors.joining(", "));
    // One for each set of columns, for the session.
    var screen = Sql.quoted("_acequia_screen_" + Integer.toHexString(columns.hashCode()));
    var others = (BitSet) skip.clone();
    others.or(batch.deletions());
    var found = new BitSet();
    try (var statement = session.connection().createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE IF NOT EXISTS "
              + screen
              + " ON COMMIT DELETE ROWS AS SELECT 0 AS \"_row\", "
              + columns
              + " FROM "
              + table
              + " WITH NO DATA; TRUNCATE pg_temp."
              + screen);
      CopyRows.copy(
          session,
          "COPY pg_temp." + screen + " (\"_row\", " + columns + ") FROM STDIN (FORMAT binary)",
          batch.project(positions, others));
      try (var rows =
          statement.executeQuery(
              "SELECT \"_row\" FROM pg_temp." + screen + " s WHERE " + refusal.condition())) {
        while (rows.next()) {
          found.set(rows.getInt(1));
        }
      }
    }
    return found;
  }
}
