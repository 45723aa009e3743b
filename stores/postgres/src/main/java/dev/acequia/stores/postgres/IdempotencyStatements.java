package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import dev.acequia.contract.record.BadRecordException.ErrorClass;
import dev.acequia.stores.Origin;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.postgres.IdempotencyMarks.Mark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Tells repeats by their idempotency key, and records that came with a key of another. An entry
 * knows the record it stands for, so that reading that same record again, after a failure, is no
 * repeat, and when that record came: however late two pushes are read, they are one only when they
 * came within a day. Entries end after a day, see {@link ExpiredMarks}; the places of what was not
 * stored stay, so that a replay at any time drops the same records and no others.
 */
final class IdempotencyStatements {
  /**
   * Records further apart are different pushes: a key is valid for a day, plus an hour for clock
   * skew between two APIs.
   */
  static final Duration APART = Duration.ofHours(25);

  private static final String MARKS =
      " FROM unnest(?::uuid[], ?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::int[], ?::int[],"
          + " ?::bigint[]) WITH ORDINALITY AS m (key, former, index, hash, pushed_ms, generation,"
          + " partition, \"offset\", ordinal)";

  /** Negative times are unknown. Other differences cannot overflow. */
  private static final String PUSHED = "nullif(m.pushed_ms, -1)";

  private static final String IS_OF_FORMER_PUSH =
      PUSHED + " - " + APART.toMillis() + " > k.pushed_ms";

  private static final String IS_OF_LATER_PUSH =
      "k.pushed_ms - " + APART.toMillis() + " > " + PUSHED;

  private static final String COORDINATES = " FROM unnest(?::int[], ?::int[], ?::bigint[])";

  private static final String IS_OWN =
      "(k.generation, k.partition, k.\"offset\") = (m.generation, m.partition, m.\"offset\")";

  /**
   * The statements for marks that have no entry yet, and those that look for entries.
   *
   * @param remember enters those that have none
   * @param find what the entries of others say
   */
  private record Statements(String remember, String find) {}

  private final TableNames names;
  private final Statements plain;
  private final Statements withFormer;
  private final String endFormer;
  private final String rememberDropped;
  private final String findDropped;
  private long formerUntilNanos = System.nanoTime();

  IdempotencyStatements(TableNames names) {
    this.names = names;
    plain = new Statements(remember(names, ""), find(names, "k.key = m.key"));
    withFormer =
        new Statements(
            remember(
                names,
                " WHERE NOT EXISTS (SELECT FROM "
                    + names.idempotency()
                    + " k WHERE k.key = m.former AND k.index = m.index AND k.hash IS NULL AND NOT "
                    + IS_OWN
                    + ")"),
            find(
                names,
                "k.key = ANY (ARRAY[m.key, m.former]) AND (k.key = m.key OR k.hash IS NULL)"));
    endFormer =
        "DELETE FROM "
            + names.idempotency()
            + " WHERE ctid = ANY (ARRAY(SELECT k.ctid"
            + MARKS
            + " JOIN "
            + names.idempotency()
            + " k ON k.key = m.key AND k.index = m.index WHERE "
            + IS_OF_FORMER_PUSH
            + " ORDER BY k.key, k.index FOR UPDATE OF k))";
    rememberDropped =
        "INSERT INTO "
            + names.repeats()
            + " (generation, partition, \"offset\") SELECT d.generation, d.partition, d.\"offset\""
            + COORDINATES
            + " AS d (generation, partition, \"offset\") ON CONFLICT DO NOTHING";
    findDropped =
        "SELECT m.ordinal"
            + COORDINATES
            + " WITH ORDINALITY AS m (generation, partition, \"offset\", ordinal) JOIN "
            + names.repeats()
            + " r ON r.generation = m.generation AND r.partition = m.partition"
            + " AND r.\"offset\" = m.\"offset\"";
  }

  /**
   * In the order of the key, so that two consumers do not wait for each other; of one key in a
   * batch, the first.
   */
  private static String remember(TableNames names, String condition) {
    return "INSERT INTO "
        + names.idempotency()
        + " (key, index, hash, pushed_ms, generation, partition, \"offset\")"
        + " SELECT m.key, m.index, m.hash, "
        + PUSHED
        + ", m.generation, m.partition, m.\"offset\""
        + MARKS
        + condition
        + " ORDER BY m.key, m.index, m.ordinal ON CONFLICT (key, index) DO NOTHING";
  }

  /** Of several entries for a mark, that of its own id comes last. */
  private static String find(TableNames names, String keys) {
    return "SELECT m.ordinal, "
        + IS_OWN
        + ", k.hash IS NULL OR k.hash = m.hash, "
        + IS_OF_FORMER_PUSH
        + ", "
        + IS_OF_LATER_PUSH
        + MARKS
        + " JOIN "
        + names.idempotency()
        + " k ON k.index = m.index AND "
        + keys
        + " ORDER BY m.ordinal, k.key = m.key";
  }

  /**
   * What became of the marked rows that are not stored.
   *
   * @param repeats of records that are stored
   * @param reused came with the key of another record
   */
  record Judged(BitSet repeats, List<RowRejection> reused) {}

  private enum Verdict {
    OWN,
    REPEAT,
    REUSED,
    /** The entry is of an older push, more than {@link #APART} ago. */
    FREE,
    /** The entry is of a newer push, more than {@link #APART} later. */
    BEFORE
  }

  /** Learns what is in the table, once for a session. */
  void prepare(Connection connection) throws SQLException {
    formerUntilNanos = System.nanoTime() + FormerMarks.left(connection, names).toNanos();
  }

  /**
   * Remembers the marked rows, and answers which of them are not to be stored.
   *
   * @param again whether some may have been judged before that do not say so
   */
  Judged judge(Connection connection, List<Mark> marks, boolean again) throws SQLException {
    var judged = new Judged(new BitSet(), new ArrayList<>());
    if (marks.isEmpty()) {
      return judged;
    }
    var known = again ? marks : marks.stream().filter(Mark::replayed).toList();
    if (!known.isEmpty()) {
      addDropped(connection, known, judged.repeats());
    }
    var fresh =
        marks.stream()
            .filter(mark -> !mark.replayed() && !judged.repeats().get(mark.row()))
            .toList();
    if (!fresh.isEmpty()) {
      judgeFresh(connection, fresh, judged);
    }
    return judged;
  }

  private void judgeFresh(Connection connection, List<Mark> fresh, Judged judged)
      throws SQLException {
    var statements = System.nanoTime() - formerUntilNanos < 0 ? withFormer : plain;
    List<Mark> dropped = new ArrayList<>();
    var pending = fresh;
    while (remember(connection, statements, pending) < pending.size()) {
      var verdicts = verdicts(connection, statements, pending);
      List<Mark> unknown = new ArrayList<>();
      List<Mark> former = new ArrayList<>();
      for (var i = 0; i < pending.size(); i++) {
        var mark = pending.get(i);
        switch (verdicts.get(i)) {
          case OWN, BEFORE -> {}
          case FREE -> {
            former.add(mark);
            unknown.add(mark);
          }
          case REPEAT -> {
            judged.repeats().set(mark.row());
            dropped.add(mark);
          }
          case REUSED -> {
            judged.reused().add(reused(mark));
            dropped.add(mark);
          }
          // Its entry was in the way, and has ended since.
          case null -> unknown.add(mark);
        }
      }
      if (!former.isEmpty()) {
        endFormer(connection, former);
      }
      pending = unknown;
    }
    if (!dropped.isEmpty()) {
      try (var statement = connection.prepareStatement(rememberDropped)) {
        bindCoordinates(statement, 1, dropped, Mark::place);
        statement.executeUpdate();
      }
    }
  }

  private static RowRejection reused(Mark mark) {
    return new RowRejection(
        mark.row(),
        ErrorClass.IdempotencyKeyReused,
        "the idempotency key, with index %d, came with another record before: use a new key for each push; to store this record, send it again under a key of its own"
            .formatted(mark.index()));
  }

  /** Deletes the entries of older pushes, in key order as all statements here. */
  private void endFormer(Connection connection, List<Mark> marks) throws SQLException {
    try (var statement = connection.prepareStatement(endFormer)) {
      bind(connection, statement, marks);
      statement.executeUpdate();
    }
  }

  private static int remember(Connection connection, Statements statements, List<Mark> marks)
      throws SQLException {
    try (var statement = connection.prepareStatement(statements.remember())) {
      bind(connection, statement, marks);
      return statement.executeUpdate();
    }
  }

  /** By the mark's place in the list. */
  private static Map<Integer, Verdict> verdicts(
      Connection connection, Statements statements, List<Mark> marks) throws SQLException {
    var verdicts = new HashMap<Integer, Verdict>();
    try (var statement = connection.prepareStatement(statements.find())) {
      bind(connection, statement, marks);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          verdicts.put(rows.getInt(1) - 1, verdict(rows));
        }
      }
    }
    return verdicts;
  }

  private static Verdict verdict(ResultSet row) throws SQLException {
    if (row.getBoolean(2)) {
      return Verdict.OWN;
    }
    if (row.getBoolean(4)) {
      return Verdict.FREE;
    }
    if (row.getBoolean(5)) {
      return Verdict.BEFORE;
    }
    return row.getBoolean(3) ? Verdict.REPEAT : Verdict.REUSED;
  }

  /** Those that were not stored when they were first read. */
  private void addDropped(Connection connection, List<Mark> marks, BitSet repeats)
      throws SQLException {
    try (var statement = connection.prepareStatement(findDropped)) {
      bindCoordinates(statement, 1, marks, Mark::place);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          repeats.set(marks.get(rows.getInt(1) - 1).row());
        }
      }
    }
  }

  private static void bind(Connection connection, PreparedStatement statement, List<Mark> marks)
      throws SQLException {
    statement.setArray(1, connection.createArrayOf("uuid", marks.stream().map(Mark::id).toArray()));
    statement.setArray(
        2, connection.createArrayOf("uuid", marks.stream().map(Mark::formerId).toArray()));
    statement.setObject(3, marks.stream().mapToLong(Mark::index).toArray());
    statement.setArray(
        4, connection.createArrayOf("uuid", marks.stream().map(Mark::hash).toArray()));
    statement.setObject(5, marks.stream().mapToLong(Mark::pushedMillis).toArray());
    bindCoordinates(statement, 6, marks, Mark::origin);
  }

  private static void bindCoordinates(
      PreparedStatement statement, int first, List<Mark> marks, Function<Mark, Origin> which)
      throws SQLException {
    var origins = marks.stream().map(which).toList();
    statement.setObject(first, origins.stream().mapToInt(Origin::generation).toArray());
    statement.setObject(first + 1, origins.stream().mapToInt(Origin::partition).toArray());
    statement.setObject(first + 2, origins.stream().mapToLong(Origin::offset).toArray());
  }
}
