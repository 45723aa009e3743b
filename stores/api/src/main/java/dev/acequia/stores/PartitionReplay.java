package dev.acequia.stores;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The replay that a partition was last rewound for. It is under way while the next offset is less
 * than {@code until}; records before that were stored, dropped or put aside before.
 *
 * @param from the first offset that is read again
 * @param until the offset before which it ends
 * @param resume where reading goes on then
 * @param resumeEpoch the leader's epoch of the record before that offset, by which Kafka tells
 *     whether the log was cut meanwhile; null when it is not known
 * @param accepted whether it is the way back to an offset that a person accepted. The person may
 *     mean records that an earlier word passed over, so it is not certain that all were read before
 */
public record PartitionReplay(
    UUID id, long from, long until, long resume, @Nullable Integer resumeEpoch, boolean accepted) {
  /** A replay that was ordered. */
  public PartitionReplay(
      UUID id, long from, long until, long resume, @Nullable Integer resumeEpoch) {
    this(id, from, until, resume, resumeEpoch, false);
  }
}
