package dev.acequia.stores;

import java.util.ArrayList;
import java.util.List;

/**
 * A batch that keeps its records one by one, each as the store will have it.
 *
 * @param <E> a record or a deletion
 */
public abstract class EntryBatch<E> implements StoreBatch {
  private final List<E> entries = new ArrayList<>();
  private boolean expectsDuplicates;
  private long bytes;

  /** Adds an entry of this size. */
  protected final void add(E entry, long entryBytes) {
    entries.add(entry);
    bytes += entryBytes;
  }

  /** In the order in which they were added. */
  public final List<E> entries() {
    return entries;
  }

  /** Whether records of it may be stored already. */
  public final boolean expectsDuplicates() {
    return expectsDuplicates;
  }

  @Override
  public final void expectDuplicates() {
    expectsDuplicates = true;
  }

  @Override
  public final int rows() {
    return entries.size();
  }

  @Override
  public final long bytes() {
    return bytes;
  }

  @Override
  public final void clear() {
    entries.clear();
    expectsDuplicates = false;
    bytes = 0;
  }
}
