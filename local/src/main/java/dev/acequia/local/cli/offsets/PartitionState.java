package dev.acequia.local.cli.offsets;

import org.jspecify.annotations.Nullable;

/**
 * One partition's log and its reader.
 *
 * @param start the first offset that the log still holds
 * @param end the offset that the next record will have
 * @param committed the next offset the consumer will read, as it last told Kafka; null when it
 *     never did
 */
public record PartitionState(int partition, long start, long end, @Nullable Long committed) {
  /** Records that the consumer has yet to read; null when that is not known. */
  public @Nullable Long lag() {
    return committed == null ? null : Math.max(0, end - Math.max(start, committed));
  }
}
