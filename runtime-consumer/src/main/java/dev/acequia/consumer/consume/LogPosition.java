package dev.acequia.consumer.consume;

import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Where to read on in a log.
 *
 * @param leaderEpoch the leader's epoch of the record before the offset, by which Kafka tells
 *     whether the log was cut since; null when it is not known
 */
record LogPosition(long offset, @Nullable Integer leaderEpoch) {
  static LogPosition of(OffsetAndMetadata reached) {
    return new LogPosition(reached.offset(), reached.leaderEpoch().orElse(null));
  }

  OffsetAndMetadata with(String metadata) {
    return new OffsetAndMetadata(offset, Optional.ofNullable(leaderEpoch), metadata);
  }
}
