package dev.acequia.stores.lake.maintain;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.Table;

/**
 * A claim in a property of the table, by which of many processes one does the work. It is no lock:
 * two may hold it for a moment, and their commits decide. A property makes no snapshot, so it is in
 * no load's way.
 */
final class Lease {
  private static final String SEPARATOR = " ";

  /**
   * Nobody takes it for longer; a holder whose clock is wrong, or a person, may have written it.
   */
  private static final Duration LONGEST = Duration.ofDays(1);

  private final String property;
  private final Clock clock;
  private final String holder = UUID.randomUUID().toString();

  Lease(String property, Clock clock) {
    this.property = property;
    this.clock = clock;
  }

  /** How long another process holds it; empty when none does. */
  Optional<Duration> heldByOther(Table table) {
    var text = table.properties().get(property);
    if (text == null || text.startsWith(holder)) {
      return Optional.empty();
    }
    var rest = rest(text);
    return rest.isPositive() ? Optional.of(rest) : Optional.empty();
  }

  /** Takes it for a time, unless half of the time is left; false when another was faster. */
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
