package dev.acequia.servers;

import java.util.Map;

/**
 * What may be said about PostgreSQL.
 *
 * @param durable whether a commit waits for the disk; false is faster, and a crash of the machine
 *     (not of the server) may then lose the data
 * @param parameters configuration parameters that win over the defaults of {@link PostgresServer}
 * @param environment variables of the server, beside those of this process
 */
public record PostgresSettings(
    boolean durable, Map<String, String> parameters, Map<String, String> environment) {
  public PostgresSettings {
    parameters = Map.copyOf(parameters);
    environment = Map.copyOf(environment);
  }

  /** With the environment of this process. */
  public PostgresSettings(boolean durable, Map<String, String> parameters) {
    this(durable, parameters, Map.of());
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
