package dev.acequia.consumer.consume;

import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.StoreBatch;

/** A batch of a store that keeps nothing, and says that each row has so many bytes. */
final class CountedRows implements StoreBatch {
  private final long rowBytes;
  private int rows;

  CountedRows(long rowBytes) {
    this.rowBytes = rowBytes;
  }

  @Override
  public void add(Row row, Arrival arrival) {
    rows++;
  }

  @Override
  public void addDeletion(Row key, Arrival arrival) {
    rows++;
  }

  @Override
  public void expectDuplicates() {}

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    return rows * rowBytes;
  }

  @Override
  public void clear() {
    rows = 0;
  }
}
