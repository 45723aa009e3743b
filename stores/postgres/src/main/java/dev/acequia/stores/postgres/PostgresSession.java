package dev.acequia.stores.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** A connection for transactions, set up so that nothing waits for ever. */
final class PostgresSession implements AutoCloseable {
  /**
   * Longer than a blocker is given, see {@link BlockerWatch}; a wait beyond it is tried again from
   * the start.
   */
  static final Duration LOCK_TIMEOUT = Duration.ofSeconds(15);

  /** A statement may wait for a lock and then write a large batch to a slow disk. */
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(90);

  private static final Duration MIGRATION_TIMEOUT = Duration.ofHours(6);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Connection connection;

  private PostgresSession(Connection connection) {
    this.connection = connection;
  }

  /** Connects for batches, which are short. */
  static PostgresSession open(PostgresAccess access) throws SQLException {
    // Neither of the last two fires in mid-COPY, and one is unknown before PostgreSQL 17: they
    // shorten the life of a zombie where they can, and nothing relies on them.
    var session = connect(access, SOCKET_TIMEOUT);
    session.set(
        "lock_timeout = " + LOCK_TIMEOUT.toMillis(), "idle_in_transaction_session_timeout = '60s'");
    if (session.hasTransactionTimeout()) {
      session.set("transaction_timeout = '5min'");
    }
    return session;
  }

  /** For the transaction under way; a statement's own limits stay. */
  void liftTransactionTimeout() throws SQLException {
    if (hasTransactionTimeout()) {
      execute("SET LOCAL transaction_timeout = 0");
    }
  }

  private boolean hasTransactionTimeout() throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion() >= 17;
  }

  /**
   * Connects for work that must not be in the way of the load: it gives up soon, and a session that
   * was forgotten in mid-work ends. What a crash of the server undoes is done again.
   */
  static PostgresSession openForHousekeeping(PostgresAccess access) throws SQLException {
    var session = connect(access, SOCKET_TIMEOUT);
    session.set(
        "lock_timeout = '1s'",
        "statement_timeout = '30s'",
        "idle_in_transaction_session_timeout = '60s'",
        "synchronous_commit = off",
        "idle_session_timeout = '5min'");
    return session;
  }

  /**
   * Connects for changes of a table, which may take as long as a rewrite. The server ends the
   * session of a lost or frozen process, because its locks block the load. Between two statements a
   * migration waits only for Kafka, for seconds.
   */
  static PostgresSession openForMigration(PostgresAccess access, Duration lockTimeout)
      throws SQLException {
    var session = connect(access, MIGRATION_TIMEOUT);
    session.set(
        "lock_timeout = " + lockTimeout.toMillis(), "idle_in_transaction_session_timeout = '2min'");
    session.disableTimeouts();
    return session;
  }

  /**
   * Connects for what builds indexes while others write: each statement is a transaction of its
   * own, and waits for as long as older transactions last.
   */
  static PostgresSession openForIndexes(PostgresAccess access) throws SQLException {
    var session = connect(access, MIGRATION_TIMEOUT);
    session.set("lock_timeout = 0");
    session.disableTimeouts();
    session.connection.setAutoCommit(true);
    return session;
  }

  /**
   * Disables the timeouts of server and role for statements and transactions. The server instead
   * detects a lost client and ends its session.
   */
  private void disableTimeouts() throws SQLException {
    if (hasTransactionTimeout()) {
      set("transaction_timeout = 0");
    }
    set(
        "statement_timeout = 0",
        "client_connection_check_interval = '5s'",
        "tcp_keepalives_idle = 30",
        "tcp_keepalives_interval = 10",
        "tcp_keepalives_count = 3");
  }

  /** Transactions begin with the first statement and end by commit or rollback. */
  private static PostgresSession connect(PostgresAccess access, Duration socketTimeout)
      throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", access.username());
    properties.setProperty("password", access.password());
    properties.setProperty("ApplicationName", access.applicationName());
    properties.setProperty("connectTimeout", Long.toString(CONNECT_TIMEOUT.toSeconds()));
    properties.setProperty("socketTimeout", Long.toString(socketTimeout.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    var session = new PostgresSession(DriverManager.getConnection(access.jdbcUrl(), properties));
    session.connection.setAutoCommit(false);
    return session;
  }

  private void set(String... settings) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("SET " + String.join("; SET ", settings));
      connection.commit();
    } catch (SQLException e) {
      abort();
      throw e;
    }
  }

  Connection connection() {
    return connection;
  }

  /** Statements without parameters or results. */
  void execute(String statements) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  CopyManager copies() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** The process that serves this connection. */
  int backend() throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID();
  }

  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  /** Ends without a word to the server, which may not be listening. */
  void abort() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // There is nothing left to end.
      return;
    }
  }

  /** Ends in order; an open transaction is rolled back. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      abort();
    }
  }
}
