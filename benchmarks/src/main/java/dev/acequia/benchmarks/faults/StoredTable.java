package dev.acequia.benchmarks.faults;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pipeline's table as it is, without rows of deletions. */
interface StoredTable {
  /** The rows of one partition, by offset and then by id. */
  Rows ofPartition(int partition) throws StoreDownException;

  /** All rows, in any order. */
  void forEach(Consumer<StoredRow> hears) throws StoreDownException;

  /** Rows, one at a time. */
  interface Rows extends AutoCloseable {
    /** The next row, or null behind the last. */
    @Nullable StoredRow next() throws StoreDownException;

    @Override
    void close() throws StoreDownException;
  }

  /** A table that fits into memory. */
  static StoredTable of(List<StoredRow> rows) {
    return new StoredTable() {
      @Override
      public Rows ofPartition(int partition) {
        return rowsOf(
            rows.stream()
                .filter(row -> row.partition() == partition)
                .sorted(
                    Comparator.comparingLong(StoredRow::offset).thenComparingLong(StoredRow::id))
                .iterator());
      }

      @Override
      public void forEach(Consumer<StoredRow> hears) {
        rows.forEach(hears);
      }
    };
  }

  private static Rows rowsOf(Iterator<StoredRow> rows) {
    return new Rows() {
      @Override
      public @Nullable StoredRow next() {
        return rows.hasNext() ? rows.next() : null;
      }

      @Override
      public void close() {}
    };
  }
}
