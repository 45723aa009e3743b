package dev.acequia.stores.postgres;

import dev.acequia.stores.postgres.IdempotencyMarks.Mark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Tells repeats by their idempotency key. An entry knows the record it stands for, so that reading
 * that same record again, after a failure, is no repeat. Entries end after a day; the coordinates
 * of what was dropped stay, so that a replay at any time drops the same records and no others.
 */
final class IdempotencyStatements {
  /** How long an entry is kept, by the database's clock. */
  private static final String KEPT = "24 hours";

  private static final String MARKS =
      " FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::int[], ?::bigint[]) WITH ORDINALITY"
          + " AS m (key, index, generation, partition, \"offset\", ordinal)";

  private static final String COORDINATES = " FROM unnest(?::int[], ?::int[], ?::bigint[])";

  private final String remember;
  private final String findRepeats;
  private final String rememberDropped;
  private final String findDropped;
  private final String forget;

  IdempotencyStatements(TableNames names) {
    // In the order of the key, so that two consumers do not wait for each other; of one key in a
    // batch, the first.
    remember =
        "INSERT INTO "
            + names.idempotency()
            + " (key, index, generation, partition, \"offset\")"
            + " SELECT m.key, m.index, m.generation, m.partition, m.\"offset\""
            + MARKS
            + " ORDER BY m.key, m.index, m.ordinal ON CONFLICT (key, index) DO NOTHING";
    findRepeats =
        "SELECT m.ordinal"
            + MARKS
            + " JOIN "
            + names.idempotency()
            + " k ON k.key = m.key AND k.index = m.index WHERE (k.generation, k.partition,"
            + " k.\"offset\") <> (m.generation, m.partition, m.\"offset\")";
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
    forget =
        "DELETE FROM " + names.idempotency() + " WHERE seen_at < now() - interval '" + KEPT + "'";
  }

  /** Remembers the marked rows, and answers which of them are repeats. */
  BitSet repeats(Connection connection, List<Mark> marks) throws SQLException {
    var repeats = new BitSet();
    if (marks.isEmpty()) {
      return repeats;
    }
    var judged = marks.stream().filter(Mark::replayed).toList();
    if (!judged.isEmpty()) {
      addDropped(connection, judged, repeats);
    }
    var fresh = marks.stream().filter(mark -> !mark.replayed()).toList();
    if (!fresh.isEmpty()) {
      addRepeats(connection, fresh, repeats);
    }
    return repeats;
  }

  private void addRepeats(Connection connection, List<Mark> marks, BitSet repeats)
      throws SQLException {
    try (var statement = connection.prepareStatement(remember)) {
      bind(connection, statement, marks);
      if (statement.executeUpdate() == marks.size()) {
        return;
      }
    }
    var found = new ArrayList<Mark>();
    try (var statement = connection.prepareStatement(findRepeats)) {
      bind(connection, statement, marks);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(marks.get(rows.getInt(1) - 1));
        }
      }
    }
    found.forEach(mark -> repeats.set(mark.row()));
    try (var statement = connection.prepareStatement(rememberDropped)) {
      bindCoordinates(statement, 1, found);
      statement.executeUpdate();
    }
  }

  /** Those that were dropped when they were first read. */
  private void addDropped(Connection connection, List<Mark> marks, BitSet repeats)
      throws SQLException {
    try (var statement = connection.prepareStatement(findDropped)) {
      bindCoordinates(statement, 1, marks);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          repeats.set(marks.get(rows.getInt(1) - 1).row());
        }
      }
    }
  }

  /** Removes entries that are old enough. */
  void forgetOld(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement(forget)) {
      statement.executeUpdate();
    }
  }

  private static void bind(Connection connection, PreparedStatement statement, List<Mark> marks)
      throws SQLException {
    statement.setArray(
        1, connection.createArrayOf("uuid", marks.stream().map(Mark::key).toArray()));
    statement.setObject(2, marks.stream().mapToLong(Mark::index).toArray());
    bindCoordinates(statement, 3, marks);
  }

  private static void bindCoordinates(PreparedStatement statement, int first, List<Mark> marks)
      throws SQLException {
    statement.setObject(first, marks.stream().mapToInt(Mark::generation).toArray());
    statement.setObject(first + 1, marks.stream().mapToInt(Mark::partition).toArray());
    statement.setObject(first + 2, marks.stream().mapToLong(Mark::offset).toArray());
  }
}
