package dev.acequia.stores.bigquery;

import dev.acequia.contract.PipelineDefinition;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where the load stands.
 *
 * @param revision of the registry
 * @param partitions none when the migration has not made them
 * @param nowMillis the service's time when it was read, in milliseconds of the epoch
 */
record State(
    Registry registry, long revision, SortedMap<Integer, Known> partitions, long nowMillis) {
  /**
   * A partition.
   *
   * @param revision each change raises it
   */
  record Known(long revision, PartitionState state) {}

  State {
    partitions = Collections.unmodifiableSortedMap(new TreeMap<>(partitions));
  }

  @Nullable Known partition(int partition) {
    return partitions.get(partition);
  }

  /** The same after the registry was written. */
  State withRegistry(Registry other) {
    return new State(other, revision + 1, partitions, nowMillis);
  }

  /** The same with other states of some partitions. */
  State withPartitions(SortedMap<Integer, Known> others) {
    var all = new TreeMap<>(partitions);
    all.putAll(others);
    return new State(registry, revision, all, nowMillis);
  }

  /** Whether the load of the definition may ever write to a partition. */
  boolean takes(PipelineDefinition definition, PartitionState partition) {
    return registry.schemaHash().equals(definition.schema().hash())
        && partition.topicId().equals(definition.topic().uuid());
  }
}
