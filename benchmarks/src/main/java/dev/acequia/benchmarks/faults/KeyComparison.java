package dev.acequia.benchmarks.faults;

import java.sql.SQLException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Upsert: each key has the value of its last record, or none. The last is the one that was read
 * last: what came after a cut of the log is later than what was lost by it.
 */
final class KeyComparison {
  private static final int FETCH_ROWS = 10_000;

  /**
   * A key's last record.
   *
   * @param generation how often its log was cut before
   */
  private record Last(int generation, int partition, long offset, @Nullable Long id) {
    boolean isBefore(Last other) {
      return generation != other.generation ? generation < other.generation : offset < other.offset;
    }
  }

  private final HistoryPipeline pipeline;
  private final Findings findings;
  private final BitSet inTopic = new BitSet();
  private final Map<Integer, Last> expected = new HashMap<>();

  KeyComparison(HistoryPipeline pipeline, Findings findings) {
    this.pipeline = pipeline;
    this.findings = findings;
  }

  /** Answers the ids that are in the topic. */
  BitSet compare() throws SQLException {
    readTopic();
    try (var connection = pipeline.connect();
        var statement = connection.createStatement()) {
      connection.setAutoCommit(false); // or the driver would fetch all rows at once
      statement.setFetchSize(FETCH_ROWS);
      try (var rows =
          statement.executeQuery("SELECT key, id, _partition, _offset FROM " + pipeline.table())) {
        while (rows.next()) {
          judge(
              rows.getInt(1),
              rows.getInt(3),
              rows.getLong(4),
              rows.getLong(2),
              expected.remove(rows.getInt(1)));
        }
      }
    }
    expected.forEach(
        (key, last) -> {
          if (last.id() != null) {
            findings.add(
                Finding.Kind.LOST,
                where(key, last.partition(), last.offset()),
                "no row, and the last record has id " + last.id());
          }
        });
    return inTopic;
  }

  private void readTopic() {
    var lost = pipeline.lost();
    for (var partition = 0; partition < pipeline.topic().partitions(); partition++) {
      new TopicReader(pipeline)
          .read(
              partition,
              -1,
              record -> {
                findings.compared(1);
                if (record.id() != null) {
                  inTopic.set(record.id().intValue());
                }
                expect(
                    record.key(),
                    new Last(
                        lost.generation(record.partition(), record.offset()),
                        record.partition(),
                        record.offset(),
                        record.id()));
              });
    }
    lost.forEachStored(
        (one, generation) ->
            expect(one.key(), new Last(generation, one.partition(), one.offset(), one.id())));
  }

  private void expect(@Nullable Integer key, Last record) {
    expected.merge(
        java.util.Objects.requireNonNull(key),
        record,
        (known, found) -> known.isBefore(found) ? found : known);
  }

  private void judge(int key, int partition, long offset, long id, @Nullable Last last) {
    var where = where(key, partition, offset);
    if (last == null) {
      findings.add(Finding.Kind.DUPLICATE, where, "a row of id " + id + " and no record");
    } else if (last.id() == null) {
      findings.add(
          Finding.Kind.DUPLICATE,
          where,
          "a row of id %d, which the record at offset %d deleted".formatted(id, last.offset()));
    } else if (last.id() != id || last.partition() != partition || last.offset() != offset) {
      findings.add(
          Finding.Kind.WRONG,
          where,
          "id %d, and the last record, at offset %d, has id %d"
              .formatted(id, last.offset(), last.id()));
    }
  }

  private static String where(int key, int partition, long offset) {
    return "key " + key + ", " + RowComparison.place(partition, offset);
  }
}
