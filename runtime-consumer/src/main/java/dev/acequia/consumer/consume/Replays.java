package dev.acequia.consumer.consume;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.ReplayOrder;
import dev.acequia.stores.PartitionClaim;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.StoreWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewinds claimed partitions for the replay that this process was told of. The store remembers what
 * was done, so that it is safe to ask for each claim anew.
 */
final class Replays {
  private static final Logger LOG = LoggerFactory.getLogger(Replays.class);

  private final PipelineDefinition definition;
  private final StoreWriter writer;
  private final @Nullable ReplayOrder order;

  Replays(PipelineDefinition definition, StoreWriter writer, @Nullable ReplayOrder order) {
    this.definition = definition;
    this.writer = writer;
    this.order = order != null && order.topicId().equals(definition.topic().id()) ? order : null;
  }

  /**
   * Does what there is to do for a claim.
   *
   * @param logBeginning the first offset of the partition's log
   * @return the claim as it is now; empty when it was overtaken
   */
  Optional<PartitionClaim> apply(PartitionClaim claim, long logBeginning)
      throws StoreUnavailableException {
    var ordered =
        order == null
            ? Optional.of(claim)
            : rewind(claim, Rewind.of(order, claim, logBeginning, definition.mode()));
    return ordered.isEmpty()
        ? ordered
        : rewind(ordered.get(), Rewind.intoLog(ordered.get(), logBeginning));
  }

  private Optional<PartitionClaim> rewind(PartitionClaim claim, Optional<Rewind> rewind)
      throws StoreUnavailableException {
    if (rewind.isEmpty()) {
      return Optional.of(claim);
    }
    var now = writer.rewind(claim, rewind.get());
    if (now.isPresent() && now.get().nextOffset() != claim.nextOffset()) {
      var replay = rewind.get().replay();
      LOG.info(
          "partition {}: replay {} of offsets {} to {} goes on at {}; the store was at {}",
          claim.partition(),
          replay.id(),
          replay.from(),
          replay.until(),
          now.get().nextOffset(),
          claim.nextOffset());
    }
    return now;
  }
}
