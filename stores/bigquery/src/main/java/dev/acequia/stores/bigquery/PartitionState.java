package dev.acequia.stores.bigquery;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.acequia.stores.PartitionAdvance;
import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.Rewind;
import dev.acequia.stores.position.Position;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the state says of a partition. In append mode its rows may be ahead of it: those that stand
 * under the stream's fence say up to where the log was read. While a replay is under way, those
 * behind the place where it will go on say so.
 *
 * @param stream where the last owner puts its rows; null when all that was stored is in {@code
 *     next}, as always in upsert mode
 */
record PartitionState(
    UUID topicId,
    long next,
    @Nullable Integer epoch,
    long fence,
    @Nullable Replay replay,
    @Nullable Stream stream) {

  /** A replay, as it is stored. */
  record Replay(
      UUID id,
      long from,
      long until,
      long resume,
      @Nullable Integer resumeEpoch,
      boolean accepted) {
    @JsonCreator
    Replay {}

    static @Nullable Replay of(@Nullable PartitionReplay replay) {
      return replay == null
          ? null
          : new Replay(
              replay.id(),
              replay.from(),
              replay.until(),
              replay.resume(),
              replay.resumeEpoch(),
              replay.accepted());
    }

    PartitionReplay replay() {
      return new PartitionReplay(id, from, until, resume, resumeEpoch, accepted);
    }
  }

  /**
   * A stream of one claim.
   *
   * @param fences those of all partitions that were claimed with it; rows in it have them
   */
  record Stream(String name, Map<Integer, Long> fences) {
    Stream {
      fences = Map.copyOf(fences);
    }
  }

  /** A position whose rows are all counted. */
  static PartitionState of(Position position, @Nullable Stream stream) {
    return new PartitionState(
        position.topicId(),
        position.next(),
        position.epoch(),
        position.fence(),
        Replay.of(position.replay()),
        stream);
  }

  Position position() {
    return new Position(topicId, next, epoch, fence, replay == null ? null : replay.replay());
  }

  /** After the claim was taken: the stream is still that of the former owner. */
  PartitionState claimed() {
    return of(position().claimed(), stream);
  }

  /** Whether rows may be ahead. */
  boolean mayBeBehind() {
    return stream != null;
  }

  PartitionState at(long other, @Nullable Integer otherEpoch, @Nullable Stream otherStream) {
    return new PartitionState(topicId, other, otherEpoch, fence, replay, otherStream);
  }

  PartitionState advanced(PartitionAdvance advance) {
    return of(position().advanced(advance), stream);
  }

  PartitionState rewound(Rewind rewind) {
    return of(position().rewound(rewind), stream);
  }
}
