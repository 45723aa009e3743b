package dev.acequia.local.cli.offsets;

import java.util.List;

/**
 * A topic and its reader.
 *
 * @param id Kafka's id of it, 22 characters
 * @param partitions in the order of their numbers
 */
public record TopicState(String name, String id, List<PartitionState> partitions) {
  public TopicState {
    partitions = List.copyOf(partitions);
  }
}
