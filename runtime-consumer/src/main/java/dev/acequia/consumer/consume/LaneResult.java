package dev.acequia.consumer.consume;

import dev.acequia.contract.TerminationException;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.WriteResult;
import java.util.List;
import java.util.Optional;

/** What became of a piece of the store's work. */
sealed interface LaneResult {
  /**
   * Partitions were taken over.
   *
   * @param waiting why some could not be yet, empty when all were
   */
  record Claimed(List<PartitionClaim> claims, Optional<String> waiting) implements LaneResult {}

  /**
   * A batch was written, or overtaken.
   *
   * @param seconds the transaction took
   */
  record Written(Batch batch, WriteResult result, double seconds) implements LaneResult {}

  /** The store answers. */
  record Probed() implements LaneResult {}

  /** The store or Kafka could not do it now. Whether a batch was stored, the next claim tells. */
  record Failed(String reason) implements LaneResult {}

  /** A batch ran out of memory. The next claim tells whether it was stored. */
  record TooMuch(String reason) implements LaneResult {}

  /** Only a person can help. */
  record Ended(TerminationException why) implements LaneResult {}
}
