package dev.acequia.stores.bigquery;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.WriteResult;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What becomes of a batch's records, for both modes: by their marks, and by the service's word. */
final class Load<E extends Exception> {
  /** Others mark the same keys so often only when something is wrong. */
  private static final int ATTEMPTS = 100;

  private final BigQueryBatch batch;
  private final Marks marks;
  private final long fill;
  private final CommitGate<E> gate;

  private final List<RowRejection> rejected = new ArrayList<>();
  private final Set<Integer> out = new HashSet<>();
  private int duplicates;

  Load(BigQueryBatch batch, Marks marks, long fill, CommitGate<E> gate) {
    this.batch = batch;
    this.marks = marks;
    this.fill = fill;
    this.gate = gate;
  }

  /** Judges what is left when repeats are gone. */
  @FunctionalInterface
  interface Judge<T> {
    T judge(List<Entry> entries) throws StoreUnavailableException;
  }

  /**
   * Judges a batch, asks the gate, and writes the marks. Nothing is written before the gate has let
   * it through.
   *
   * @param judge may reject rows and drop them
   */
  <T> T judge(Judge<T> judge) throws StoreUnavailableException, E {
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      gate.onOwned();
      rejected.clear();
      out.clear();
      duplicates = 0;
      var judgement = marks.judge(batch, fill);
      for (var group : judgement.groups()) {
        group.duplicates().forEach(this::drop);
        group.rejected().forEach(this::note);
      }
      var judged = judge.judge(left());
      for (var rejection : rejected) {
        gate.onRejected(rejection);
      }
      gate.beforeCommit(List.copyOf(rejected));
      if (marks.write(judgement)) {
        return judged;
      }
    }
    throw new StoreUnavailableException("others marked the same idempotency keys all the time");
  }

  /** What is still to be stored. */
  List<Entry> left() {
    return batch.entries().stream().filter(entry -> !out.contains(entry.row())).toList();
  }

  /** An entry that is in the store. */
  void drop(Entry entry) {
    if (out.add(entry.row())) {
      duplicates++;
    }
  }

  /** A row that is not stored. The gate hears of it later. */
  void note(RowRejection rejection) {
    if (out.add(rejection.row())) {
      rejected.add(rejection);
    }
  }

  /** Rows that the service has refused after the gate let them through, which is asked again. */
  void reject(List<RowRejection> refused) throws E {
    for (var rejection : refused) {
      note(rejection);
      gate.onRejected(rejection);
    }
    gate.beforeCommit(List.copyOf(rejected));
  }

  WriteResult result() {
    return new WriteResult.Stored(
        batch.rows() - duplicates - rejected.size(), duplicates, rejected.size());
  }
}
