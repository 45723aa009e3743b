package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.QueryParameterValue;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Removes the places of repeats when no replay can reach them, in whole partitions of a day, which
 * BigQuery does for free. Marks expire by their partitions.
 */
final class ExpiredRepeats implements StoreHousekeeping {
  private static final Duration PAUSE = Duration.ofHours(12);

  /**
   * How much longer than its retention a log may have a record: Kafka removes whole segments, which
   * end after a week.
   */
  private static final Duration SEGMENT = Duration.ofDays(14);

  private final Optional<Duration> kept;
  private final Statements statements;
  private final TableNames names;

  ExpiredRepeats(
      StoreDefinition.BigQuery store, Map<String, String> environment, Statements statements) {
    this.statements = statements;
    names = TableNames.of(store);
    kept =
        RuntimeVariable.ACEQUIA_DELETIONS_KEPT
            .in(environment)
            .map(text -> Duration.parse(text).plus(SEGMENT));
  }

  @Override
  public String subject() {
    return "repeats";
  }

  @Override
  public Duration first() {
    return PAUSE;
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    if (kept.isPresent() && statements.find(names.repeats()).isPresent()) {
      statements.change(
          "DELETE FROM %s WHERE stored < TIMESTAMP_TRUNC(TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @hours HOUR), DAY)"
              .formatted(Statements.name(names.repeats())),
          Map.of("hours", QueryParameterValue.int64(kept.get().toHours())));
    }
    return PAUSE;
  }

  @Override
  public void close() {
    // Statements hold nothing open.
  }
}
