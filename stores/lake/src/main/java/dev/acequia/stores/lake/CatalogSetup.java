package dev.acequia.stores.lake;

import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.StoreOwner;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.catalog.LakeCatalogs;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** What a catalog needs before it has tables: of a database, a schema, its tables and roles. */
sealed interface CatalogSetup {
  static CatalogSetup of(
      PipelineDefinition definition, StoreDefinition.Lake store, Map<String, String> environment) {
    return store.catalog() instanceof LakeCatalog.Jdbc jdbc
        ? new Database(definition, jdbc, environment)
        : new Nothing();
  }

  /** Makes what tables stand in. */
  void prepare() throws TerminationException, StoreUnavailableException;

  /** Makes and grants the writer's and the reader's roles. */
  void makeRoles() throws TerminationException, StoreUnavailableException;

  /** Whether what tables stand in is there. */
  boolean isPrepared() throws StoreUnavailableException;

  /** Removes what is made here, once it is empty. */
  void drop() throws StoreUnavailableException;

  /** A catalog whose people have prepared it, and grant by their own means. */
  record Nothing() implements CatalogSetup {
    @Override
    public void prepare() {}

    @Override
    public void makeRoles() {}

    @Override
    public boolean isPrepared() {
      return true;
    }

    @Override
    public void drop() {}
  }

  /** A schema in PostgreSQL. */
  final class Database implements CatalogSetup {
    private final StoreOwner owner;
    private final String schema;
    private final Map<String, String> environment;

    Database(
        PipelineDefinition definition, LakeCatalog.Jdbc jdbc, Map<String, String> environment) {
      owner = StoreOwner.of(definition);
      schema = jdbc.schema();
      this.environment = environment;
    }

    private record Role(String name, @Nullable String password, String rights) {}

    private List<Role> roles() {
      var roles = new ArrayList<Role>();
      RuntimeVariable.STORE_WRITER_USERNAME
          .in(environment)
          .ifPresent(
              name ->
                  roles.add(
                      new Role(
                          name,
                          RuntimeVariable.STORE_WRITER_PASSWORD.in(environment).orElse(null),
                          "SELECT, UPDATE")));
      RuntimeVariable.STORE_READER_USERNAME
          .in(environment)
          .ifPresent(
              name ->
                  roles.add(
                      new Role(
                          name,
                          RuntimeVariable.STORE_READER_PASSWORD.in(environment).orElse(null),
                          "SELECT")));
      return roles;
    }

    private interface Work<T, E extends Exception> {
      T run(Connection connection) throws SQLException, E;
    }

    private <T, E extends Exception> T transact(Work<T, E> work)
        throws StoreUnavailableException, E {
      var properties = new Properties();
      properties.putAll(LakeCatalogs.jdbcProperties(environment));
      try (var connection =
          DriverManager.getConnection(LakeCatalogs.jdbcUrl(environment, schema), properties)) {
        connection.setAutoCommit(false);
        execute(
            connection,
            "SELECT pg_advisory_xact_lock(hashtext('" + schema.replace("'", "''") + "'))");
        var result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException e) {
        throw LakeFailure.of(e);
      }
    }

    @Override
    public void prepare() throws TerminationException, StoreUnavailableException {
      this.<Boolean, TerminationException>transact(
          connection -> {
            if (exists(connection)) {
              checkSchemaOwner(connection);
            } else {
              execute(connection, "CREATE SCHEMA " + quoted(schema));
              execute(
                  connection,
                  "COMMENT ON SCHEMA " + quoted(schema) + " IS " + text(owner.onTable()));
            }
            // As JdbcCatalog makes them for its schema version V1.
            execute(
                connection,
                """
                CREATE TABLE IF NOT EXISTS %1$s.iceberg_tables (
                  catalog_name VARCHAR(255) NOT NULL,
                  table_namespace VARCHAR(255) NOT NULL,
                  table_name VARCHAR(255) NOT NULL,
                  metadata_location VARCHAR(1000),
                  previous_metadata_location VARCHAR(1000),
                  iceberg_type VARCHAR(5),
                  PRIMARY KEY (catalog_name, table_namespace, table_name));
                CREATE TABLE IF NOT EXISTS %1$s.iceberg_namespace_properties (
                  catalog_name VARCHAR(255) NOT NULL,
                  namespace VARCHAR(255) NOT NULL,
                  property_key VARCHAR(255),
                  property_value VARCHAR(1000),
                  PRIMARY KEY (catalog_name, namespace, property_key))
                """
                    .formatted(quoted(schema)));
            return true;
          });
    }

    /**
     * A schema's name is no secret, and its owner can replace the tables in it. Membership in the
     * owner's role proves nothing: the owner can grant it to any role.
     */
    private void checkSchemaOwner(Connection connection) throws SQLException, TerminationException {
      if (!isThere(
          connection,
          "SELECT FROM pg_namespace WHERE nspname = %s AND pg_get_userbyid(nspowner) = current_user"
              .formatted(text(schema)))) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The schema %1$s of the catalog's database belongs to another role than the login of the catalog's Secret. If that login is new, make it the owner by ALTER SCHEMA %1$s OWNER TO LOGIN. If another user created the schema, drop it."
                .formatted(quoted(schema)));
      }
    }

    @Override
    public boolean isPrepared() throws StoreUnavailableException {
      return this.<Boolean, RuntimeException>transact(this::exists);
    }

    private boolean exists(Connection connection) throws SQLException {
      return isThere(connection, "SELECT FROM pg_namespace WHERE nspname = " + text(schema));
    }

    @Override
    public void makeRoles() throws TerminationException, StoreUnavailableException {
      this.<Boolean, TerminationException>transact(
          connection -> {
            for (var role : roles()) {
              if (role.password() != null) {
                make(connection, role, role.password());
              }
              execute(
                  connection,
                  "GRANT USAGE ON SCHEMA %1$s TO %2$s; GRANT %3$s ON %1$s.iceberg_tables TO %2$s; GRANT SELECT ON %1$s.iceberg_namespace_properties TO %2$s"
                      .formatted(quoted(schema), quoted(role.name()), role.rights()));
            }
            return true;
          });
    }

    private void make(Connection connection, Role role, String password)
        throws SQLException, TerminationException {
      if (!isThere(connection, "SELECT FROM pg_roles WHERE rolname = " + text(role.name()))) {
        execute(connection, "CREATE ROLE " + quoted(role.name()) + " LOGIN NOINHERIT");
        execute(
            connection,
            "COMMENT ON ROLE " + quoted(role.name()) + " IS " + text(comment(connection)));
      } else if (!isOurs(connection, role)) {
        throw new TerminationException(
            Termination.Reason.StoreRefused,
            "The role %1$s is there already and was not made for this pipeline, so its password stays as it is. Use a role that is ready, or run DROP ROLE %1$s if nobody uses it."
                .formatted(quoted(role.name())));
      }
      connection
          .unwrap(PGConnection.class)
          .alterUserPassword(role.name(), password.toCharArray(), "scram-sha-256");
    }

    private String comment(Connection connection) throws SQLException {
      return owner.onRole(connection.getCatalog());
    }

    private boolean isOurs(Connection connection, Role role) throws SQLException {
      return isThere(
          connection,
          "SELECT FROM pg_roles WHERE rolname = %s AND shobj_description(oid, 'pg_authid') = %s"
              .formatted(text(role.name()), text(comment(connection))));
    }

    @Override
    public void drop() throws StoreUnavailableException {
      this.<Boolean, RuntimeException>transact(
          connection -> {
            var isOurs =
                isThere(
                    connection,
                    "SELECT FROM pg_namespace WHERE nspname = %s AND obj_description(oid, 'pg_namespace') = %s"
                        .formatted(text(schema), text(owner.onTable())));
            if (!isOurs
                || isThere(connection, "SELECT FROM " + quoted(schema) + ".iceberg_tables")) {
              return false;
            }
            execute(connection, "DROP SCHEMA " + quoted(schema) + " CASCADE");
            for (var role : roles()) {
              if (role.password() != null && isOurs(connection, role)) {
                execute(connection, "DROP ROLE " + quoted(role.name()));
              }
            }
            return true;
          });
    }

    private static void execute(Connection connection, String sql) throws SQLException {
      try (var statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    private static boolean isThere(Connection connection, String query) throws SQLException {
      try (var statement = connection.createStatement();
          var rows = statement.executeQuery(query)) {
        return rows.next();
      }
    }

    private static String quoted(String name) {
      return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static String text(String value) {
      return "'" + value.replace("'", "''") + "'";
    }
  }
}
