package dev.acequia.stores.postgres;

import dev.acequia.contract.RuntimeVariable;
import java.util.Map;

/**
 * Where the database is and as whom to connect.
 *
 * @param jdbcUrl {@code jdbc:postgresql://…}; {@code postgresql://…} is accepted
 * @param applicationName what the database's own views show for the connections
 */
record PostgresAccess(String jdbcUrl, String username, String password, String applicationName) {
  PostgresAccess {
    if (jdbcUrl.startsWith("postgresql://") || jdbcUrl.startsWith("postgres://")) {
      jdbcUrl = "jdbc:postgresql" + jdbcUrl.substring(jdbcUrl.indexOf(':'));
    }
  }

  static PostgresAccess fromEnvironment(Map<String, String> environment) {
    return new PostgresAccess(
        RuntimeVariable.STORE_URI.requiredIn(environment),
        RuntimeVariable.STORE_USERNAME.requiredIn(environment),
        RuntimeVariable.STORE_PASSWORD.requiredIn(environment),
        RuntimeVariable.POD_NAME.in(environment).orElse("acequia"));
  }

  /** Without the password, which must not end up in a log. */
  @Override
  public String toString() {
    return username + " at " + jdbcUrl;
  }
}
