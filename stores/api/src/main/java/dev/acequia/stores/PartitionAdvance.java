package dev.acequia.stores;

import org.jspecify.annotations.Nullable;

/**
 * One partition's part in a batch.
 *
 * @param fence the fence of the claim it was read under
 * @param from the offset the store must have as next
 * @param to the offset it has afterwards
 * @param leaderEpoch the leader's epoch of the record before that offset; null when it is not known
 */
public record PartitionAdvance(
    int partition, long fence, long from, long to, @Nullable Integer leaderEpoch) {}
