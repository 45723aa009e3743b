package dev.acequia.stores.reference;

import dev.acequia.contract.RuntimeVariable;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tables by their names, and a clock of their own. Lives until it is forgotten. */
public final class ReferenceStore {
  private static final Map<String, ReferenceStore> BY_URI = new ConcurrentHashMap<>();

  private final Map<String, Table> tables = new ConcurrentHashMap<>();
  private volatile Duration ahead = Duration.ZERO;

  private ReferenceStore() {}

  /** The store that {@code STORE_URI} names; made when it is first named. */
  public static ReferenceStore of(Map<String, String> environment) {
    return BY_URI.computeIfAbsent(
        RuntimeVariable.STORE_URI.requiredIn(environment), uri -> new ReferenceStore());
  }

  /** Ends the store that {@code STORE_URI} names. */
  public static void forget(Map<String, String> environment) {
    BY_URI.remove(RuntimeVariable.STORE_URI.requiredIn(environment));
  }

  Table table(String name) {
    return tables.computeIfAbsent(name, made -> new Table(this));
  }

  Instant now() {
    return Instant.now().plus(ahead);
  }

  /** Moves the clock. */
  void pass(Duration time) {
    ahead = ahead.plus(time);
  }
}
