package dev.acequia.stores.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The reader's connections: few, made when they are needed, and none of them able to write or to
 * compute for long.
 */
final class ConnectionPool implements AutoCloseable {
  private final HikariDataSource pool;

  /** Does not connect yet, so that a store that is down keeps nobody from starting. */
  ConnectionPool(PostgresAccess access, ReaderLimits limits) {
    var config = new HikariConfig();
    config.setPoolName("store");
    config.setJdbcUrl(access.jdbcUrl());
    config.setUsername(access.username());
    config.setPassword(access.password());
    config.setMaximumPoolSize(limits.connections());
    config.setMinimumIdle(1);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(limits.connectionWait().toMillis());
    config.setValidationTimeout(Duration.ofMillis(500).toMillis());
    config.setConnectionInitSql(
        "SET default_transaction_read_only = on; SET TimeZone = 'UTC'; SET statement_timeout = "
            + limits.statement().toMillis());
    driver(config, "ApplicationName", access.applicationName());
    driver(config, "connectTimeout", limits.connect().toSeconds());
    // The server ends a long statement; this is for a server that no longer answers at all.
    driver(config, "socketTimeout", limits.statement().plusSeconds(5).toSeconds());
    driver(config, "tcpKeepAlive", true);
    driver(config, "maxResultBuffer", limits.resultBytes());
    config.setExceptionOverride(new ResultOverflow.Expected());
    pool = new HikariDataSource(config);
  }

  /** As text: the driver passes over settings of any other type. */
  private static void driver(HikariConfig config, String setting, Object value) {
    config.addDataSourceProperty(setting, String.valueOf(value));
  }

  Connection take() throws SQLException {
    return pool.getConnection();
  }

  /** Has a connection closed instead of used again. */
  void giveUp(Connection connection) {
    pool.evictConnection(connection);
  }

  /** Whether all connections are in use, rather than impossible to make. */
  boolean exhausted() {
    var state = pool.getHikariPoolMXBean();
    return state != null && state.getActiveConnections() >= pool.getMaximumPoolSize();
  }

  /** Has every connection replaced once it is free: what they prepared no longer fits the table. */
  void renew() {
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  @Override
  public void close() {
    pool.close();
  }
}
