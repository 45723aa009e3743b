package dev.acequia.consumer;

import dev.acequia.stores.CommitGate;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.StoreBatch;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.WriteResult;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Writes as the one behind it does, and lets a test look in at certain moments. */
class WatchedWriter implements StoreWriter {
  private final StoreWriter writer;
  private final Set<String> threads = ConcurrentHashMap.newKeySet();

  WatchedWriter(StoreWriter writer) {
    this.writer = writer;
  }

  /** The rows and the offsets are written, and all that must be done before the commit is. */
  void beforeCommit() throws Exception {}

  /** A batch is about to be written; what was asked before of Kafka has been asked. */
  void beforeWrite() throws Exception {}

  /** On which threads the store has been used. */
  Set<String> threads() {
    return Set.copyOf(threads);
  }

  @Override
  public <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E {
    note();
    try {
      beforeWrite();
    } catch (Exception e) {
      throw new StoreUnavailableException("the test: " + e, e);
    }
    return writer.write(
        batch,
        advances,
        new CommitGate<E>() {
          @Override
          public void onOwned() throws E {
            gate.onOwned();
          }

          @Override
          public void onRejected(RowRejection rejection) throws E {
            gate.onRejected(rejection);
          }

          @Override
          public void beforeCommit(List<RowRejection> rejected) throws E {
            gate.beforeCommit(rejected);
            try {
              WatchedWriter.this.beforeCommit();
            } catch (Exception e) {
              throw new IllegalStateException("the test: " + e, e);
            }
          }
        });
  }

  @Override
  public void probe() throws StoreUnavailableException {
    note();
    writer.probe();
  }

  @Override
  public StoreBatch newBatch() {
    return writer.newBatch();
  }

  @Override
  public Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException {
    note();
    return writer.claim(partition);
  }

  @Override
  public Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException {
    note();
    return writer.rewind(claim, rewind);
  }

  @Override
  public void close() {
    writer.close();
  }

  private void note() {
    threads.add(Thread.currentThread().getName());
  }
}
