package dev.acequia.stores;

import dev.acequia.contract.PipelineDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A store's taking side: batches of a topic's records, each with the offsets it ends at, both or
 * neither. Used by one thread at a time; only batches are filled elsewhere meanwhile. After a
 * {@link StoreUnavailableException} the writer can be used again, and whether the last batch was
 * stored is answered by the next claim.
 */
public interface StoreWriter extends AutoCloseable {
  /**
   * The writer of the definition's store; connects when first used.
   *
   * @param environment has the store's address and the writer's credentials
   */
  static StoreWriter open(PipelineDefinition definition, Map<String, String> environment) {
    return StoreProvider.of(definition).writer(definition, environment);
  }

  /** Asks whether the store can be written to. */
  void probe() throws StoreUnavailableException;

  /** An empty batch for this writer. */
  StoreBatch newBatch();

  /**
   * Takes over a partition: from now on a former owner cannot commit. A store need not take it over
   * if the table has another schema than the writer's definition, or the offsets another topic. The
   * claim then says so, and nothing can be written under it.
   *
   * @return empty when the migration has not prepared the partition yet
   */
  Optional<PartitionClaim> claim(int partition) throws StoreUnavailableException;

  /**
   * Takes over several partitions, each as {@link #claim(int)} does. A store with costly claims
   * takes them over together.
   *
   * @return the claims of the partitions that the migration has prepared
   */
  default List<PartitionClaim> claim(List<Integer> partitions) throws StoreUnavailableException {
    var claims = new ArrayList<PartitionClaim>();
    for (var partition : partitions) {
      claim(partition).ifPresent(claims::add);
    }
    return claims;
  }

  /**
   * Rewinds a claimed partition for a replay, under the claim's fence.
   *
   * @return the partition as it is now: unchanged where this replay was carried out before, empty
   *     where the claim was overtaken
   */
  Optional<PartitionClaim> rewind(PartitionClaim claim, Rewind rewind)
      throws StoreUnavailableException;

  /**
   * Stores a batch and the offsets it ends at in one transaction.
   *
   * @param advances the batch's partitions, in ascending order
   */
  <E extends Exception> WriteResult write(
      StoreBatch batch, List<PartitionAdvance> advances, CommitGate<E> gate)
      throws StoreUnavailableException, E;

  @Override
  void close();
}
