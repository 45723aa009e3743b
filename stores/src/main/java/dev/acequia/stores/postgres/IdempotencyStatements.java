package dev.acequia.stores.postgres;

import dev.acequia.contract.TableNames;
import dev.acequia.stores.postgres.IdempotencyMarks.Mark;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * Tells repeats by their idempotency key. An entry knows the record it stands for, so that reading
 * that same record again, after a failure, is no repeat. Entries end after a day; the coordinates
 * of what was dropped stay, so that a replay at any time drops the same records and no others.
 */
final class IdempotencyStatements {
  /** How long an entry is kept, by the database's clock. */
  private static final String KEPT = "24 hours";

  private static final String MARKS =
      " FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) WITH ORDINALITY"
          + " AS m (key, index, partition, \"offset\", ordinal)";

  private static final String COORDINATES = " FROM unnest(?::int[], ?::bigint[])";

  private final String remember;
  private final String findRepeats;
  private final String rememberDropped;
  private final String findDropped;
  private final String forget;
  private final UUID topicId;

  IdempotencyStatements(TableNames names, UUID topicId) {
    // In the order of the key, so that two consumers do not wait for each other; of one key in a
    // batch, the first.
    remember =
        "INSERT INTO "
            + names.idempotency()
            + " (key, index, topic_id, partition, \"offset\")"
            + " SELECT m.key, m.index, ?::uuid, m.partition, m.\"offset\""
            + MARKS
            + " ORDER BY m.key, m.index, m.ordinal ON CONFLICT (key, index) DO NOTHING";
    findRepeats =
        "SELECT m.ordinal"
            + MARKS
            + " JOIN "
            + names.idempotency()
            + " k ON k.key = m.key AND k.index = m.index WHERE (k.topic_id, k.partition,"
            + " k.\"offset\") <> (?::uuid, m.partition, m.\"offset\")";
    rememberDropped =
        "INSERT INTO "
            + names.repeats()
            + " SELECT ?::uuid, d.partition, d.\"offset\""
            + COORDINATES
            + " AS d (partition, \"offset\") ON CONFLICT DO NOTHING";
    findDropped =
        "SELECT m.ordinal"
            + COORDINATES
            + " WITH ORDINALITY AS m (partition, \"offset\", ordinal) JOIN "
            + names.repeats()
            + " r ON r.topic_id = ?::uuid AND r.partition = m.partition"
            + " AND r.\"offset\" = m.\"offset\"";
    forget =
        "DELETE FROM " + names.idempotency() + " WHERE seen_at < now() - interval '" + KEPT + "'";
    this.topicId = topicId;
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
      statement.setObject(1, topicId);
      bind(connection, statement, 2, marks);
      if (statement.executeUpdate() == marks.size()) {
        return;
      }
    }
    var found = new ArrayList<Mark>();
    try (var statement = connection.prepareStatement(findRepeats)) {
      bind(connection, statement, 1, marks);
      statement.setObject(5, topicId);
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(marks.get(rows.getInt(1) - 1));
        }
      }
    }
    found.forEach(mark -> repeats.set(mark.row()));
    try (var statement = connection.prepareStatement(rememberDropped)) {
      statement.setObject(1, topicId);
      bindCoordinates(statement, 2, found);
      statement.executeUpdate();
    }
  }

  /** Those that were dropped when they were first read. */
  private void addDropped(Connection connection, List<Mark> marks, BitSet repeats)
      throws SQLException {
    try (var statement = connection.prepareStatement(findDropped)) {
      bindCoordinates(statement, 1, marks);
      statement.setObject(3, topicId);
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

  private static void bind(
      Connection connection, PreparedStatement statement, int first, List<Mark> marks)
      throws SQLException {
    statement.setArray(
        first, connection.createArrayOf("uuid", marks.stream().map(Mark::key).toArray()));
    statement.setObject(first + 1, marks.stream().mapToLong(Mark::index).toArray());
    bindCoordinates(statement, first + 2, marks);
  }

  private static void bindCoordinates(PreparedStatement statement, int first, List<Mark> marks)
      throws SQLException {
    statement.setObject(first, marks.stream().mapToInt(Mark::partition).toArray());
    statement.setObject(first + 1, marks.stream().mapToLong(Mark::offset).toArray());
  }
}
