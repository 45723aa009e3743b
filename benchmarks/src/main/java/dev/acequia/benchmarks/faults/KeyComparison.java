package dev.acequia.benchmarks.faults;

import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Upsert: each key has the value of its last record, or none. The last is the one that was read
 * last: what came after a cut of the log is later than what was lost by it, and what is in a topic
 * later than what was in one of its name before.
 */
final class KeyComparison {
  /**
   * A key's last record.
   *
   * @param generation how often its log was cut before
   * @param fields the least of the added ones that its row has
   */
  private record Last(int generation, int partition, long offset, @Nullable Long id, int fields) {
    boolean isBefore(Last other) {
      return generation != other.generation ? generation < other.generation : offset < other.offset;
    }
  }

  private final HistoryRecords records;
  private final StoredTable table;
  private final Findings findings;
  private final BitSet inTopic = new BitSet();
  private final Map<Integer, Last> expected = new HashMap<>();

  KeyComparison(HistoryRecords records, StoredTable table, Findings findings) {
    this.records = records;
    this.table = table;
    this.findings = findings;
  }

  /** Answers the ids that are in the topic, or were in one of its name. */
  BitSet compare() throws StoreDownException {
    readTopics();
    table.forEach(
        row -> {
          var key = Objects.requireNonNull(row.key());
          judge(key, row, expected.remove(key));
        });
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

  private void readTopics() {
    var lost = records.lost();
    records.former().forEach(one -> hear(one.read(), one.topic(), one.generation()));
    for (var partition = 0; partition < records.partitions(); partition++) {
      records.forEach(
          partition,
          read -> hear(read, records.topic(), lost.generation(read.partition(), read.offset())));
    }
    lost.forEachStored(
        (one, generation) ->
            expect(one.key(), new Last(generation, one.partition(), one.offset(), one.id(), 0)));
  }

  private void hear(Read read, int topic, int generation) {
    findings.compared(1);
    if (read.id() != null) {
      inTopic.set(read.id().intValue());
    }
    var fields =
        records.added().atLeast(topic, read.partition(), read.offset(), read.addedFields());
    expect(read.key(), new Last(generation, read.partition(), read.offset(), read.id(), fields));
  }

  private void expect(@Nullable Integer key, Last record) {
    expected.merge(
        Objects.requireNonNull(key),
        record,
        (known, found) -> known.isBefore(found) ? found : known);
  }

  private void judge(int key, StoredRow row, @Nullable Last last) {
    var where = where(key, row.partition(), row.offset());
    if (last == null) {
      findings.add(Finding.Kind.DUPLICATE, where, "a row of id " + row.id() + " and no record");
    } else if (last.id() == null) {
      findings.add(
          Finding.Kind.RETURNED,
          where,
          "a row of id %d, which the record at offset %d deleted"
              .formatted(row.id(), last.offset()));
    } else if (last.id() != row.id()
        || last.partition() != row.partition()
        || last.offset() != row.offset()) {
      findings.add(
          Finding.Kind.WRONG,
          where,
          "id %d, and the last record, at offset %d, has id %d"
              .formatted(row.id(), last.offset(), last.id()));
    } else if (row.addedFields() < last.fields()) {
      findings.add(
          Finding.Kind.WRONG,
          where,
          "id %d has %d of the %d fields that were added before it was stored"
              .formatted(row.id(), row.addedFields(), last.fields()));
    }
  }

  private static String where(int key, int partition, long offset) {
    return "key " + key + ", " + RowComparison.place(partition, offset);
  }
}
