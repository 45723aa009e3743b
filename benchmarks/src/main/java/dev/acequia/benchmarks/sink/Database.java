package dev.acequia.benchmarks.sink;

import dev.acequia.local.CommandException;
import dev.acequia.servers.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A database of one load's own, gone afterwards, so that no load works beside another's remains.
 */
final class Database implements AutoCloseable {
  static final String WRITER_PASSWORD = "writer";
  private static final String MAINTENANCE = "postgres";

  private final PostgresServer server;
  private final String name;

  private Database(PostgresServer server, String name) {
    this.server = server;
    this.name = name;
  }

  static Database create(PostgresServer server, String name) throws SQLException {
    try (var connection = server.connect(MAINTENANCE);
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
      statement.execute("CREATE ROLE " + name + "_admin LOGIN CREATEROLE PASSWORD 'admin'");
      statement.execute("GRANT CREATE ON DATABASE " + name + " TO " + name + "_admin");
    }
    return new Database(server, name);
  }

  String name() {
    return name;
  }

  String uri() {
    return server.uri(name);
  }

  String jdbcUrl() {
    return server.jdbcUrl(name);
  }

  /** As the superuser. */
  Connection connect() throws SQLException {
    return server.connect(name);
  }

  void execute(String... statements) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Writes what is dirty, so that the load to come does not pay for what was before. */
  void checkpoint() throws SQLException {
    execute("CHECKPOINT");
  }

  /**
   * Compares a table with what must be in it.
   *
   * @throws CommandException when it is not
   */
  void check(String subject, String table, long rows, long arrivals) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                "SELECT count(*), coalesce(sum(arr_delay), 0)::bigint FROM " + table)) {
      found.next();
      if (found.getLong(1) != rows || found.getLong(2) != arrivals) {
        throw new CommandException(
            "%s left %,d rows with arrival delays of %,d in all; there must be %,d rows with %,d"
                .formatted(subject, found.getLong(1), found.getLong(2), rows, arrivals));
      }
    }
  }

  @Override
  public void close() throws SQLException {
    try (var connection = server.connect(MAINTENANCE);
        var statement = connection.createStatement()) {
      statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }
}
