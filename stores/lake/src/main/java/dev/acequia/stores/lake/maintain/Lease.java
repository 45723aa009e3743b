package dev.acequia.stores.lake.maintain;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.Table;

/**
 * A lease in a property of the table: one of several processes does the work. It is no lock: two
 * may hold it for a moment, and one of their commits fails. Setting a property makes no snapshot,
 * so it conflicts with no load.
 */
final class Lease {
  private static final String SEPARATOR = " ";

  /** A longer lease is ignored: a holder with a wrong clock, or a person, wrote it. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final String property;
  private final Clock clock;
  private final String holder = UUID.randomUUID().toString();

  Lease(String property, Clock clock) {
    this.property = property;
    this.clock = clock;
  }

  /** The time left of another process's lease; empty when there is none. */
  Optional<Duration> heldByOther(Table table) {
    var text = table.properties().get(property);
    if (text == null || text.startsWith(holder)) {
      return Optional.empty();
    }
    var rest = rest(text);
    return rest.isPositive() ? Optional.of(rest) : Optional.empty();
  }

  /**
   * Takes or renews the lease, unless more than half of the time is left. Returns false when
   * another process was faster.
   */
  boolean take(Table table, Duration time) {
    var text = table.properties().get(property);
    if (text != null && text.startsWith(holder) && rest(text).compareTo(time.dividedBy(2)) > 0) {
      return true;
    }
    var own = holder + SEPARATOR + (clock.millis() + time.toMillis());
    table.updateProperties().set(property, own).commit();
    table.refresh();
    return own.equals(table.properties().get(property));
  }

  private Duration rest(String text) {
    long until;
    try {
      until = Long.parseLong(text.substring(text.indexOf(SEPARATOR) + 1));
    } catch (NumberFormatException e) {
      return Duration.ZERO;
    }
    var now = clock.millis();
    return until < now || until > now + LONGEST.toMillis()
        ? Duration.ZERO
        : Duration.ofMillis(until - now);
  }
}
