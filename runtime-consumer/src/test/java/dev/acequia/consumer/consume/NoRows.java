package dev.acequia.consumer.consume;

import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.StoreBatch;

/** A batch of a store that keeps nothing. */
final class NoRows implements StoreBatch {
  @Override
  public void add(Row row, Arrival arrival) {}

  @Override
  public void addDeletion(Row key, Arrival arrival) {}

  @Override
  public void expectDuplicates() {}

  @Override
  public int rows() {
    return 0;
  }

  @Override
  public long bytes() {
    return 0;
  }

  @Override
  public void clear() {}
}
