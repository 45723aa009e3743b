package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.FieldValueList;
import dev.acequia.stores.Origin;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of the record that came with an idempotency key first. It counts for a day;
 * its partition expires later.
 *
 * @param content the digest of that record, in hex
 * @param pushedMillis when that record came, in milliseconds of the epoch; null if unknown
 * @param atMillis when it was written, by the service's clock
 */
record Mark(Origin origin, String content, @Nullable Long pushedMillis, long atMillis) {
  private static final Duration DAY = Duration.ofHours(24);

  /** Pushes further apart are two records, also under one key. */
  private static final Duration APART = Duration.ofHours(25);

  /** Whose it is, in a row that names generation, partition and offset as the tables do. */
  static Origin origin(FieldValueList row) {
    return new Origin(
        (int) row.get("generation").getLongValue(),
        (int) row.get("topic_partition").getLongValue(),
        row.get("topic_offset").getLongValue());
  }

  boolean isForgotten(long nowMillis) {
    return nowMillis - atMillis > DAY.toMillis();
  }

  /** Whether one push came so long before another that they are two. */
  static boolean isApart(@Nullable Long earlier, @Nullable Long later) {
    return earlier != null && later != null && later - APART.toMillis() > earlier;
  }
}
