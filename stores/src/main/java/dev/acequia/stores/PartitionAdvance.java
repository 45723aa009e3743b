package dev.acequia.stores;

/**
 * One partition's part in a batch.
 *
 * @param fence the fence of the claim it was read under
 * @param from the offset the store must have as next
 * @param to the offset it has afterwards
 */
public record PartitionAdvance(int partition, long fence, long from, long to) {}
