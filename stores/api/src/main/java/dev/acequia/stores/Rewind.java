package dev.acequia.stores;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.ReplayOrder;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a replay's order makes of one claimed partition. Nothing that was not read before is ever
 * passed over: a replay ends where reading was, or before.
 *
 * @param nextOffset where to read on
 * @param leaderEpoch the leader's epoch of the record before that offset; null when it is not known
 * @param replay what to remember of it beside the offset
 * @param once whether it is void where the store remembers this replay
 * @param previous a replay that must not begin any more
 */
public record Rewind(
    long nextOffset,
    @Nullable Integer leaderEpoch,
    PartitionReplay replay,
    boolean once,
    @Nullable UUID previous) {

  /**
   * The rewind, empty where there is nothing to do.
   *
   * @param logBeginning the first offset that can be read
   */
  public static Optional<Rewind> of(
      ReplayOrder order, PartitionClaim claim, long logBeginning, LoadMode mode) {
    var id = UUID.fromString(order.id());
    var current = claim.replay();
    var isCurrent = current != null && current.id().equals(id);
    var present = Present.of(claim, mode);
    if (order.cancelled()) {
      return claim.isReplaying() && current != null
          ? cancel(claim, current, isCurrent, mode)
          : isCurrent ? Optional.empty() : Optional.of(present.nothing(id, false, null));
    }
    if (isCurrent) {
      return Optional.empty();
    }
    var previous = order.previous() == null ? null : UUID.fromString(order.previous());
    var from =
        Math.max(order.from().getOrDefault(claim.partition(), present.offset()), logBeginning);
    var until = present.offset();
    switch (mode) {
      case APPEND -> until = Math.min(order.to().getOrDefault(claim.partition(), until), until);
      case UPSERT -> {
        if (claim.isReplaying()) {
          from = Math.min(from, claim.nextOffset()); // see cancel
        }
      }
    }
    return Optional.of(
        from < until
            ? new Rewind(
                from,
                null,
                new PartitionReplay(id, from, until, present.offset(), present.leaderEpoch()),
                true,
                previous)
            : present.nothing(id, true, previous));
  }

  /**
   * For a replay that retention has overtaken: what it was to read next was removed from the log,
   * which is no loss, since it was stored before. Empty where there is nothing to do.
   *
   * @param logBeginning the first offset that can be read
   */
  public static Optional<Rewind> intoLog(PartitionClaim claim, long logBeginning) {
    var current = claim.replay();
    return current != null && claim.isReplaying() && claim.nextOffset() < logBeginning
        ? Optional.of(
            logBeginning < current.until()
                ? new Rewind(logBeginning, null, current, false, null)
                : new Rewind(current.resume(), current.resumeEpoch(), current, false, null))
        : Optional.empty();
  }

  /**
   * A cancelled replay in upsert mode still runs to the present: an older version may have restored
   * rows whose deletion comes later in the log. An accepted earlier offset also does, since no
   * order may undo it.
   */
  private static Optional<Rewind> cancel(
      PartitionClaim claim, PartitionReplay current, boolean isCurrent, LoadMode mode) {
    return isCurrent && mode == LoadMode.APPEND && !current.accepted()
        ? Optional.of(
            new Rewind(
                current.resume(),
                current.resumeEpoch(),
                new PartitionReplay(
                    current.id(),
                    current.from(),
                    claim.nextOffset(),
                    current.resume(),
                    current.resumeEpoch()),
                false,
                null))
        : Optional.empty();
  }

  /** Up to where records have been read once; a replay that is under way is behind. */
  private record Present(long offset, @Nullable Integer leaderEpoch) {
    /**
     * A person's way back is where reading is: what it has not read yet must not be jumped over, in
     * whatever way an order ends. Only upsert mode, where no order jumps, can look beyond it.
     */
    static Present of(PartitionClaim claim, LoadMode mode) {
      var replay = claim.replay();
      return replay != null
              && claim.isReplaying()
              && (mode == LoadMode.UPSERT || !replay.accepted())
          ? new Present(replay.resume(), replay.resumeEpoch())
          : new Present(claim.nextOffset(), claim.leaderEpoch());
    }

    /** A replay of no records. */
    Rewind nothing(UUID id, boolean once, @Nullable UUID previous) {
      return new Rewind(
          offset,
          leaderEpoch,
          new PartitionReplay(id, offset, offset, offset, leaderEpoch),
          once,
          previous);
    }
  }
}
