package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.FormerTopics.Former;
import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Append: each record is one row, with its own coordinates. Of the records with one idempotency key
 * and index, one has a row.
 */
final class RowComparison {
  private final HistoryRecords records;
  private final StoredTable table;
  private final BitSet withKey;
  private final Findings findings;
  private final RepeatTally repeats;
  private final BitSet inTopic = new BitSet();
  private final Map<Place, FormerRow> former = new HashMap<>();

  private record Place(int partition, long offset, long id) {}

  private static final class FormerRow {
    private final Former record;
    private int rows;

    FormerRow(Former record) {
      this.record = record;
    }
  }

  /**
   * A comparison that has not begun.
   *
   * @param withKey ids that have an idempotency key
   */
  RowComparison(
      HistoryRecords records,
      StoredTable table,
      BitSet withKey,
      RepeatTally repeats,
      Findings findings) {
    this.records = records;
    this.table = table;
    this.withKey = withKey;
    this.repeats = repeats;
    this.findings = findings;
  }

  /** Answers the ids that are in the topic, or were in one of its name. */
  BitSet compare() throws StoreDownException {
    for (var one : records.former()) {
      expect(one);
    }
    for (var partition = 0; partition < records.partitions(); partition++) {
      try (var rows = table.ofPartition(partition)) {
        compare(partition, rows);
      }
    }
    table.forEach(this::judgePartition);
    former.values().forEach(this::judgeFormer);
    repeats.report(findings);
    return inTopic;
  }

  private void expect(Former one) {
    var read = one.read();
    var id = id(read);
    inTopic.set((int) id);
    findings.compared(1);
    if (withKey.get((int) id)) {
      repeats.record(read);
    }
    former.put(new Place(read.partition(), read.offset(), id), new FormerRow(one));
  }

  private static long id(Read read) {
    return Objects.requireNonNull(read.id());
  }

  private void judgePartition(StoredRow row) {
    if (row.partition() < 0 || row.partition() >= records.partitions()) {
      findings.add(
          Finding.Kind.DUPLICATE,
          place(row.partition(), row.offset()),
          "a row of id " + row.id() + ", and no such partition");
    }
  }

  private void judgeFormer(FormerRow one) {
    var read = one.record.read();
    var id = id(read);
    if (one.rows == 0 && !withKey.get((int) id)) {
      findings.add(
          Finding.Kind.LOST,
          place(read.partition(), read.offset()),
          "no row for id %d of a former topic".formatted(id));
    }
  }

  private void compare(int partition, StoredTable.Rows rows) throws StoreDownException {
    var cursor = new Cursor(rows);
    try {
      records.forEach(
          partition,
          record -> {
            findings.compared(1);
            try {
              compare(record, cursor);
            } catch (StoreDownException e) {
              throw new IllegalStateException(e);
            }
          });
    } catch (IllegalStateException e) {
      if (e.getCause() instanceof StoreDownException down) {
        throw down;
      }
      throw e;
    }
    for (var row = cursor.row(); row != null; row = cursor.next()) {
      judgeWithoutRecord(row);
    }
  }

  private void compare(Read record, Cursor rows) throws StoreDownException {
    var id = id(record);
    inTopic.set((int) id);
    var hasKey = withKey.get((int) id);
    if (hasKey) {
      repeats.record(record);
    }
    var row = rows.row();
    for (; row != null && row.offset() < record.offset(); row = rows.next()) {
      judgeWithoutRecord(row);
    }
    var found = 0;
    for (; row != null && row.offset() == record.offset(); row = rows.next()) {
      if (row.id() != id) {
        judgeWithoutRecord(row);
      } else if (++found > 1) {
        findings.add(
            Finding.Kind.DUPLICATE,
            place(record.partition(), record.offset()),
            "id " + id + " has a row already");
      } else {
        judgeFields(row, record, records.topic());
        if (hasKey) {
          repeats.row(id);
        }
      }
    }
    if (found == 0 && !hasKey) {
      findings.add(
          Finding.Kind.LOST, place(record.partition(), record.offset()), "no row for id " + id);
    }
  }

  private void judgeFields(StoredRow row, Read record, int topic) {
    var wanted =
        records.added().atLeast(topic, record.partition(), record.offset(), record.addedFields());
    if (row.addedFields() < wanted) {
      findings.add(
          Finding.Kind.WRONG,
          place(record.partition(), record.offset()),
          "id %d has %d of the %d fields that were added before it was stored"
              .formatted(row.id(), row.addedFields(), wanted));
    }
  }

  /** It may be of a former topic, and what Kafka has lost since may have been stored before. */
  private void judgeWithoutRecord(StoredRow row) {
    var known = former.get(new Place(row.partition(), row.offset(), row.id()));
    if (known != null) {
      if (++known.rows > 1) {
        findings.add(
            Finding.Kind.DUPLICATE,
            place(row.partition(), row.offset()),
            "id %d of a former topic has a row already".formatted(row.id()));
      }
      judgeFields(row, known.record.read(), known.record.topic());
    } else if (!records.lost().hasStored(row.partition(), row.offset(), row.id())) {
      findings.add(
          Finding.Kind.DUPLICATE,
          place(row.partition(), row.offset()),
          "a row of id " + row.id() + ", and no record in the topic");
      return;
    }
    if (withKey.get((int) row.id())) {
      repeats.row(row.id());
    }
  }

  /** The row that is at, and those behind it. */
  private static final class Cursor {
    private final StoredTable.Rows rows;
    private @Nullable StoredRow row;

    Cursor(StoredTable.Rows rows) throws StoreDownException {
      this.rows = rows;
      row = rows.next();
    }

    @Nullable StoredRow row() {
      return row;
    }

    @Nullable StoredRow next() throws StoreDownException {
      row = rows.next();
      return row;
    }
  }

  static String place(int partition, long offset) {
    return "offset " + offset + " of partition " + partition;
  }
}
