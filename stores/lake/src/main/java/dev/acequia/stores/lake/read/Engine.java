package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBDriver;
import org.duckdb.DuckDBPreparedStatement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DuckDB of this process without a database file. It can read files in a few folders and reach
 * nothing else, whatever a statement says.
 */
final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  /** An end that comes between two chunks of a result is forgotten. */
  private static final Duration END_AGAIN = Duration.ofMillis(100);

  private final DuckDBConnection root;
  private final ScheduledExecutorService clock;

  /** Takes a result, chunk by chunk. */
  interface Chunks {
    /** Takes the next chunk, which ends with the call. */
    void take(DuckDBDataChunkReader chunk) throws SQLException, StoreReadException, IOException;
  }

  /**
   * Starts it.
   *
   * @param readable folders that have the files of tables
   * @param spill a folder for what does not fit the memory
   */
  Engine(ReaderLimits limits, List<Path> readable, Path spill) throws SQLException {
    var properties = new Properties();
    properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
    root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties);
    try (var statement = root.createStatement()) {
      for (var setting : settings(limits, readable, spill)) {
        statement.execute("SET " + setting);
      }
      for (var function : Functions.ALL) {
        statement.execute(function);
      }
      statement.execute("SET lock_configuration = true");
    } catch (SQLException e) {
      root.close();
      throw e;
    }
    var timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("lake-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true);
    clock = timer;
  }

  private static List<String> settings(ReaderLimits limits, List<Path> readable, Path spill) {
    var folders =
        SqlText.strings(readable.stream().map(folder -> folder.toString() + "/").toList());
    return List.of(
        "memory_limit = '" + limits.engineMemory() + "B'",
        "threads = " + limits.engineThreads(),
        "temp_directory = " + SqlText.string(spill.toString()),
        "max_temp_directory_size = '" + limits.spillBytes() + "B'",
        "TimeZone = 'UTC'",
        "preserve_insertion_order = false",
        "parquet_metadata_cache = true",
        // Files are on this machine's disk, whose cache is the kernel's.
        "enable_external_file_cache = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "allow_persistent_secrets = false",
        "allowed_directories = " + folders,
        "enable_external_access = false");
  }

  /**
   * Runs a statement and takes its result.
   *
   * @throws StoreReadException when it fails, or does not end in time
   * @throws IOException as the taker throws it
   */
  void query(String sql, Deadline deadline, Chunks chunks) throws StoreReadException, IOException {
    run(
        sql,
        deadline,
        statement -> {
          try (var result = statement.query()) {
            while (result.nextChunk()) {
              chunks.take(result.chunk());
              if (deadline.isOver()) {
                throw deadline.exceeded();
              }
            }
          }
        });
  }

  /** Runs a statement that has no result. */
  void execute(String sql, Deadline deadline) throws StoreReadException {
    try {
      run(sql, deadline, DuckDBPreparedStatement::execute);
    } catch (IOException e) {
      throw new IllegalStateException("nothing is taken", e);
    }
  }

  private interface Work {
    void run(DuckDBPreparedStatement statement)
        throws SQLException, StoreReadException, IOException;
  }

  /** Each statement has a connection, so that an end that comes late meets no other statement. */
  private void run(String sql, Deadline deadline, Work work)
      throws StoreReadException, IOException {
    if (deadline.isOver()) {
      throw deadline.exceeded();
    }
    try (var connection = root.duplicate();
        var statement = (DuckDBPreparedStatement) connection.prepareStatement(sql)) {
      var end = new End(statement);
      var timer =
          clock.scheduleWithFixedDelay(
              end::come, deadline.leftNanos(), END_AGAIN.toNanos(), TimeUnit.NANOSECONDS);
      try {
        work.run(statement);
      } finally {
        timer.cancel(false);
        end.pass();
      }
    } catch (SQLException e) {
      throw translated(e, deadline);
    }
  }

  /** Ends a statement that is still running. */
  private static final class End {
    private final DuckDBPreparedStatement statement;
    private boolean passed;

    End(DuckDBPreparedStatement statement) {
      this.statement = statement;
    }

    synchronized void come() {
      if (!passed) {
        try {
          statement.cancel();
        } catch (SQLException e) {
          LOG.warn("a query of a lake cannot be ended", e);
        }
      }
    }

    synchronized void pass() {
      passed = true;
    }
  }

  /** DuckDB has no SQLSTATE; its messages begin with the kind of error. */
  private static StoreReadException translated(SQLException e, Deadline deadline) {
    var message = String.valueOf(e.getMessage());
    var words = message.lines().findFirst().orElse(message);
    if (message.startsWith("INTERRUPT") && deadline.isOver()) {
      return deadline.exceeded();
    }
    if (message.startsWith("Conversion Error")
        || message.startsWith("Out of Range Error")
        || message.contains("is out of range for")) {
      return new StoreReadException(
          Reason.IMPOSSIBLE, "the store cannot compute this: a value is out of range", e);
    }
    if (message.startsWith("Out of Memory Error")) {
      return new StoreReadException(
          Reason.TOO_COSTLY,
          "the query needs more memory than it may have: ask for fewer rows, fields or groups",
          e);
    }
    if (message.startsWith("IO Error") || message.startsWith("INTERRUPT")) {
      return new StoreReadException(Reason.UNAVAILABLE, "the table's files cannot be read", e);
    }
    // Its other lines have the statement, and so the values.
    LOG.error("DuckDB refused a query: {}", words);
    return new StoreReadException(Reason.REFUSED, "the store refused the query", e);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      root.close();
    } catch (SQLException e) {
      LOG.warn("DuckDB cannot be closed", e);
    }
  }
}
