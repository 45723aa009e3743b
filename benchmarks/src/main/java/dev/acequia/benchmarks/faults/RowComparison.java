package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;

/**
 * Append: each record is one row, with its own coordinates. Of the records with one idempotency key
 * and index, one has a row.
 */
final class RowComparison {
  private static final int FETCH_ROWS = 10_000;

  private final HistoryPipeline pipeline;
  private final BitSet withKey;
  private final Findings findings;
  private final RepeatTally repeats;
  private final BitSet inTopic = new BitSet();

  /**
   * A comparison that has not begun.
   *
   * @param withKey ids that have an idempotency key
   */
  RowComparison(HistoryPipeline pipeline, BitSet withKey, Findings findings) {
    this.pipeline = pipeline;
    this.withKey = withKey;
    this.findings = findings;
    repeats = new RepeatTally(pipeline.servers().clocks().databaseJumps());
  }

  /** Answers the ids that are in the topic. */
  BitSet compare() throws SQLException {
    try (var connection = pipeline.connect()) {
      connection.setAutoCommit(false); // or the driver would fetch all rows at once
      for (var partition = 0; partition < pipeline.topic().partitions(); partition++) {
        try (var statement =
            connection.prepareStatement(
                "SELECT _offset, id FROM "
                    + pipeline.table()
                    + " WHERE _partition = ? ORDER BY _offset, id")) {
          statement.setInt(1, partition);
          try (var rows = new RowCursor(statement)) {
            compare(partition, rows);
          }
        }
      }
      noRowsElsewhere(connection.createStatement());
    }
    repeats.report(findings);
    return inTopic;
  }

  private void noRowsElsewhere(java.sql.Statement open) throws SQLException {
    try (var statement = open;
        var others =
            statement.executeQuery(
                "SELECT _partition, _offset, id FROM "
                    + pipeline.table()
                    + " WHERE _partition >= "
                    + pipeline.topic().partitions()
                    + " LIMIT 100")) {
      while (others.next()) {
        findings.add(
            Finding.Kind.DUPLICATE,
            place(others.getInt(1), others.getLong(2)),
            "a row of id " + others.getLong(3) + ", and no such partition");
      }
    }
  }

  private void compare(int partition, RowCursor rows) throws SQLException {
    try {
      new TopicReader(pipeline)
          .read(
              partition,
              -1,
              record -> {
                findings.compared(1);
                try {
                  compare(record, rows);
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw cause;
      }
      throw e;
    }
    for (; rows.isAt(); rows.next()) {
      judgeWithoutRecord(partition, rows);
    }
  }

  private void compare(Read record, RowCursor rows) throws SQLException {
    var id = java.util.Objects.requireNonNull(record.id());
    inTopic.set(id.intValue());
    var hasKey = withKey.get(id.intValue());
    if (hasKey) {
      repeats.record(record);
    }
    for (; rows.isAt() && rows.offset() < record.offset(); rows.next()) {
      judgeWithoutRecord(record.partition(), rows);
    }
    var found = 0;
    for (; rows.isAt() && rows.offset() == record.offset(); rows.next()) {
      if (rows.id() != id) {
        judgeWithoutRecord(record.partition(), rows);
      } else if (++found > 1) {
        findings.add(
            Finding.Kind.DUPLICATE,
            place(record.partition(), record.offset()),
            "id " + id + " has a row already");
      } else if (hasKey) {
        repeats.row(id);
      }
    }
    if (found == 0 && !hasKey) {
      findings.add(
          Finding.Kind.LOST, place(record.partition(), record.offset()), "no row for id " + id);
    }
  }

  /** What Kafka has lost since may have been stored before. */
  private void judgeWithoutRecord(int partition, RowCursor rows) throws SQLException {
    var id = rows.id();
    if (!pipeline.lost().hasStored(partition, rows.offset(), id)) {
      findings.add(
          Finding.Kind.DUPLICATE,
          place(partition, rows.offset()),
          "a row of id " + id + ", and no record in the topic");
    } else if (withKey.get((int) id)) {
      repeats.row(id);
    }
  }

  /** The table's rows of one partition, one at a time. */
  private static final class RowCursor implements AutoCloseable {
    private final ResultSet rows;
    private boolean at;

    RowCursor(PreparedStatement statement) throws SQLException {
      statement.setFetchSize(FETCH_ROWS);
      rows = statement.executeQuery();
      at = rows.next();
    }

    boolean isAt() {
      return at;
    }

    long offset() throws SQLException {
      return rows.getLong(1);
    }

    long id() throws SQLException {
      return rows.getLong(2);
    }

    void next() throws SQLException {
      at = rows.next();
    }

    @Override
    public void close() throws SQLException {
      rows.close();
    }
  }

  static String place(int partition, long offset) {
    return "offset " + offset + " of partition " + partition;
  }
}
