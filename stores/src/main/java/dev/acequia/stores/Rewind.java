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
 * @param replay what to remember of it beside the offset
 * @param once whether it is void where the store remembers this replay
 * @param previous a replay that must not begin any more
 */
public record Rewind(
    long nextOffset, PartitionReplay replay, boolean once, @Nullable UUID previous) {

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
    var present = claim.isReplaying() && current != null ? current.resume() : claim.nextOffset();
    if (order.cancelled()) {
      return claim.isReplaying() && current != null
          ? cancel(claim, current, isCurrent, mode)
          : isCurrent ? Optional.empty() : Optional.of(nothing(id, present, false, null));
    }
    if (isCurrent) {
      return Optional.empty();
    }
    var previous = order.previous() == null ? null : UUID.fromString(order.previous());
    var from = Math.max(order.from().getOrDefault(claim.partition(), present), logBeginning);
    var until = present;
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
            ? new Rewind(from, new PartitionReplay(id, from, until, present), true, previous)
            : nothing(id, present, true, previous));
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
            new Rewind(
                logBeginning < current.until() ? logBeginning : current.resume(),
                current,
                false,
                null))
        : Optional.empty();
  }

  /**
   * Where a replay has brought rows back whose deletion it has not read again yet, stopping it
   * would leave them there: in upsert mode it runs to the present all the same.
   */
  private static Optional<Rewind> cancel(
      PartitionClaim claim, PartitionReplay current, boolean isCurrent, LoadMode mode) {
    return isCurrent && mode == LoadMode.APPEND
        ? Optional.of(
            new Rewind(
                current.resume(),
                new PartitionReplay(
                    current.id(), current.from(), claim.nextOffset(), current.resume()),
                false,
                null))
        : Optional.empty();
  }

  private static Rewind nothing(UUID id, long present, boolean once, @Nullable UUID previous) {
    return new Rewind(present, new PartitionReplay(id, present, present, present), once, previous);
  }
}
