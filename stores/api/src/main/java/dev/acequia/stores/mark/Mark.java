package dev.acequia.stores.mark;

import dev.acequia.stores.Origin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of the record that came with an idempotency key first. It counts for a day;
 * the store removes it later.
 *
 * @param content the digest of that record, in hex
 * @param pushedMillis when that record came, in milliseconds of the epoch; null if unknown
 * @param atMillis when the mark was written, by the store's clock
 */
public record Mark(Origin origin, String content, @Nullable Long pushedMillis, long atMillis) {
  /** Pushes further apart are two records, also under one key. */
  public static final Duration APART = Duration.ofHours(25);

  private static final Duration DAY = Duration.ofHours(24);

  boolean isForgotten(long nowMillis) {
    return nowMillis - atMillis > DAY.toMillis();
  }

  /** Whether one push came so long before another that they are two. */
  static boolean isApart(@Nullable Long earlier, @Nullable Long later) {
    return earlier != null && later != null && later - APART.toMillis() > earlier;
  }
}
