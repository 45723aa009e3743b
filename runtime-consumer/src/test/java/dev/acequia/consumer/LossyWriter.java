package dev.acequia.consumer;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Writes as the one behind it does, and loses the answer to every other commit. */
final class LossyWriter implements StoreWriter {
  private final StoreWriter writer;
  private final AtomicInteger writes = new AtomicInteger();

  LossyWriter(StoreWriter writer) {
    this.writer = writer;
  }

  int losses() {
    return (writes.get() + 1) / 2;
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    var result = writer.write(batch, advances, gate);
    if (writes.getAndIncrement() % 2 == 0) {
      throw new StoreUnavailableException("the answer to COMMIT was lost");
    }
    return result;
  }

  @Override
  public void probe() throws StoreUnavailableException {
    writer.probe();
  }

  @Override
  public StoreBatch newBatch() {
    return writer.newBatch();
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    return writer.claim(partition);
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    return writer.rewind(claim, rewind);
  }

  @Override
  public void close() {
    writer.close();
  }
}
