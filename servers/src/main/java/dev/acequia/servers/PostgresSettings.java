package dev.acequia.servers;

import java.util.Map;

/**
 * What may be said about PostgreSQL.
 *
 * @param durable whether a commit waits for the disk; false is faster, and a crash of the machine
 *     (not of the server) may then lose the data
 * @param parameters configuration parameters that win over the defaults of {@link PostgresServer}
 */
public record PostgresSettings(boolean durable, Map<String, String> parameters) {
  public PostgresSettings {
    parameters = Map.copyOf(parameters);
  }

  /** As a production server behaves. */
  public static PostgresSettings ofDurable() {
    return new PostgresSettings(true, Map.of());
  }

  /** For tests. */
  public static PostgresSettings ofFast() {
    return new PostgresSettings(false, Map.of());
  }
}
