package dev.acequia.consumer.consume;

import dev.acequia.contract.record.Row;
import dev.acequia.stores.StoreBatch;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A batch of a store that keeps nothing. */
final class NoRows implements StoreBatch {
  @Override
  public void add(Row row, int generation, int partition, long offset) {}

  @Override
  public void addDeletion(Row key, int generation, int partition, long offset) {}

  @Override
  public void markIdempotent(
      byte @Nullable [] scope,
      byte[] key,
      long index,
      ByteBuffer content,
      long pushedMillis,
      boolean replayed) {}

  @Override
  public void expectDuplicates() {}

  @Override
  public void markRedriven(int generation, long offset) {}

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
