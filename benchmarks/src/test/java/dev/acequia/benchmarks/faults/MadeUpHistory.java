package dev.acequia.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.benchmarks.faults.FormerTopics.Former;
import dev.acequia.benchmarks.faults.TopicReader.Read;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Records and rows of two partitions that a test makes up. */
final class MadeUpHistory implements HistoryRecords {
  private final List<Read> topic = new ArrayList<>();
  private final List<StoredRow> rows = new ArrayList<>();
  private final FormerTopics former = new FormerTopics();
  private final LostRecords lost = new LostRecords();
  private final AddedFields added = new AddedFields();
  private final BitSet withKey = new BitSet();

  /** A record of append mode. */
  MadeUpHistory record(int partition, long offset, long id) {
    return record(partition, offset, null, id, 1);
  }

  /**
   * A record.
   *
   * @param id null for a deletion
   */
  MadeUpHistory record(
      int partition, long offset, @Nullable Integer key, @Nullable Long id, int addedFields) {
    topic.add(new Read(partition, offset, key, id, 0, addedFields));
    return this;
  }

  /** A row of append mode. */
  MadeUpHistory row(int partition, long offset, long id) {
    return row(partition, offset, null, id, 0);
  }

  MadeUpHistory row(int partition, long offset, @Nullable Integer key, long id, int addedFields) {
    rows.add(new StoredRow(partition, offset, id, key, addedFields));
    return this;
  }

  /** An id that was sent with an idempotency key. */
  MadeUpHistory keyed(int id) {
    withKey.set(id);
    return this;
  }

  /** A field is added, and rows were stored up to these offsets before. */
  MadeUpHistory addField(Map<Integer, Long> storedBefore) {
    added.add(former.count(), storedBefore);
    return this;
  }

  /** The topic is deleted and made again. */
  MadeUpHistory recreate() {
    former.add(List.copyOf(topic), lost);
    lost.forgetCuts();
    topic.clear();
    return this;
  }

  Findings compareRows() throws StoreDownException {
    var findings = new Findings();
    new RowComparison(this, StoredTable.of(rows), withKey, new RepeatTally(List.of()), findings)
        .compare();
    return findings;
  }

  Findings compareKeys() throws StoreDownException {
    var findings = new Findings();
    new KeyComparison(this, StoredTable.of(rows), findings).compare();
    return findings;
  }

  @Override
  public int partitions() {
    return 2;
  }

  @Override
  public void forEach(int partition, Consumer<Read> hears) {
    topic.stream().filter(read -> read.partition() == partition).forEach(hears);
  }

  @Override
  public int topic() {
    return former.count();
  }

  @Override
  public List<Former> former() {
    return former.records();
  }

  @Override
  public LostRecords lost() {
    return lost;
  }

  @Override
  public AddedFields added() {
    return added;
  }

  /** Asserts that a comparison found just this. */
  static void assertOne(Findings findings, Finding.Kind kind, String where) {
    assertThat(findings.first())
        .singleElement()
        .satisfies(
            found -> {
              assertThat(found.kind()).isEqualTo(kind);
              assertThat(found.where()).contains(where);
            });
  }
}
