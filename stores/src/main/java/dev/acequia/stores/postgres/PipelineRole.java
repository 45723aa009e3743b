package dev.acequia.stores.postgres;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * A role that one pipeline's processes connect as.
 *
 * @param password null where a ready role is to be used: it is granted what it needs, not made
 */
record PipelineRole(String name, @Nullable String password) {
  private static final int MAX_BYTES = 63;

  /** The consumer's; empty where a ready role has been granted what it needs by others. */
  static Optional<PipelineRole> writer(Map<String, String> environment) {
    return of(
        environment, RuntimeVariable.STORE_WRITER_USERNAME, RuntimeVariable.STORE_WRITER_PASSWORD);
  }

  /** The API's; empty where a ready role has been granted what it needs by others. */
  static Optional<PipelineRole> reader(Map<String, String> environment) {
    return of(
        environment, RuntimeVariable.STORE_READER_USERNAME, RuntimeVariable.STORE_READER_PASSWORD);
  }

  private static Optional<PipelineRole> of(
      Map<String, String> environment, RuntimeVariable name, RuntimeVariable password) {
    return name.in(environment)
        .map(value -> new PipelineRole(value, password.in(environment).orElse(null)));
  }

  void check() throws TerminationException {
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new TerminationException(
          Termination.Reason.Misconfigured,
          "PostgreSQL would cut the role name '%s' off: it has more than %d bytes."
              .formatted(name, MAX_BYTES));
    }
  }

  /** Makes the role, or gives it the password that it should have. */
  void create(Connection connection) throws SQLException {
    if (password == null) {
      return;
    }
    if (!exists(connection)) {
      try (var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE " + Sql.quoted(name) + " LOGIN NOINHERIT");
      }
    }
    // The driver sends the verifier only, so that the password is in no log of the server's.
    connection
        .unwrap(PGConnection.class)
        .alterUserPassword(name, password.toCharArray(), "scram-sha-256");
  }

  void grant(Connection connection, List<String> privileges) throws SQLException {
    try (var statement = connection.createStatement()) {
      for (var privilege : privileges) {
        statement.execute("GRANT " + privilege + " TO " + Sql.quoted(name));
      }
    }
  }

  /** Removes the role; what it was granted on {@code schema} is in the way otherwise. */
  void drop(Connection connection, String schema, boolean schemaStays) throws SQLException {
    if (password == null || !exists(connection)) {
      return;
    }
    try (var statement = connection.createStatement()) {
      if (schemaStays) {
        statement.execute("REVOKE ALL ON SCHEMA " + schema + " FROM " + Sql.quoted(name));
      }
      statement.execute("DROP ROLE " + Sql.quoted(name));
    }
  }

  private boolean exists(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT FROM pg_roles WHERE rolname = ?")) {
      statement.setString(1, name);
      try (var rows = statement.executeQuery()) {
        return rows.next();
      }
    }
  }

  /** Without the password. */
  @Override
  public String toString() {
    return name;
  }
}
