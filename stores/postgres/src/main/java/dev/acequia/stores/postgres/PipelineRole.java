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

  /**
   * Makes the role, or gives it the password that it should have.
   *
   * @throws TerminationException when the role is there and was not made for this pipeline: its
   *     name comes from a Secret, and whoever writes that must not take over another's role
   */
  void create(Connection connection, RoleOwnership ownership)
      throws SQLException, TerminationException {
    if (password == null) {
      return;
    }
    if (!exists(connection)) {
      try (var statement = connection.createStatement()) {
        statement.execute("CREATE ROLE " + Sql.quoted(name) + " LOGIN NOINHERIT");
      }
    } else if (!ownership.isOwn(this) && !ownership.isUnclaimed(this)) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "The role %1$s is there already and was not made for this pipeline, so its password stays as it is. To use a role that is ready, name its Secret in spec.store.postgres.writerSecretName or readerSecretName. To have a new role made, run DROP ROLE %1$s if nobody uses it, or delete the Secret that names it."
              .formatted(Sql.quoted(name)));
    }
    ownership.claim(this);
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

  /**
   * Removes the role; what it was granted on {@code schema} is in the way otherwise. The caller has
   * seen that it was made for the pipeline.
   */
  void drop(Connection connection, String schema, boolean schemaStays) throws SQLException {
    try (var statement = connection.createStatement()) {
      if (schemaStays) {
        statement.execute("REVOKE ALL ON SCHEMA " + schema + " FROM " + Sql.quoted(name));
      }
      statement.execute("DROP ROLE " + Sql.quoted(name));
    }
  }

  /** Whether a migration had to make it, and it is there. */
  boolean isMade(Connection connection) throws SQLException {
    return password != null && exists(connection);
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
