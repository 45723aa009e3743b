package dev.acequia.benchmarks.faults;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.PostgresSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Histories in PostgreSQL: a database for each pipeline. */
final class PostgresHistory implements HistoryStore {
  private static final int FETCH_ROWS = 10_000;

  private static final HistorySize SIZE =
      new HistorySize(6, 2_000_000, 20_000, 20, Duration.ofMillis(50));

  private final FaultyPostgres postgres;
  private final Optional<SmallDisk> disk;

  private PostgresHistory(FaultyPostgres postgres, Optional<SmallDisk> disk) {
    this.postgres = postgres;
    this.disk = disk;
  }

  /** Starts a server with these settings. */
  static FaultyServers.StoreStart with(PostgresSettings settings) {
    return (home, clocks) -> {
      var disk = SmallDisk.mount(home.data());
      try {
        return new PostgresHistory(new FaultyPostgres(home, settings, clocks.postgres()), disk);
      } catch (RuntimeException e) {
        disk.ifPresent(SmallDisk::close);
        throw e;
      }
    };
  }

  FaultyPostgres postgres() {
    return postgres;
  }

  /** Empty where this process may not mount any. */
  Optional<SmallDisk> disk() {
    return disk;
  }

  @Override
  public HistorySize size() {
    return SIZE;
  }

  @Override
  public Set<Fault> faults() {
    var faults = EnumSet.allOf(Fault.class);
    faults.removeIf(fault -> fault.family() == Fault.Family.SERVICE);
    return faults;
  }

  @Override
  public Optional<FaultFamily> family(Fault.Family family, Scene scene) {
    return switch (family) {
      case DATABASE -> Optional.of(new DatabaseFaults(scene, this));
      case DATABASE_DISK -> Optional.of(new DatabaseDiskFaults(scene, this));
      case STANDBY -> Optional.of(new StandbyFaults(scene, this));
      case MIGRATIONS -> Optional.of(new MigrationFaults(scene));
      case CONSUMERS, CONNECTIONS, SERVICE, SERVERS, TOPIC, LOG, SCHEMA, DISKS, CLOCKS ->
          Optional.empty();
    };
  }

  @Override
  public void prepare(String pipeline) throws StoreDownException {
    try (var connection = postgres.connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + pipeline);
      statement.execute("CREATE ROLE " + pipeline + "_admin LOGIN CREATEROLE PASSWORD 'admin'");
      statement.execute("GRANT CREATE ON DATABASE " + pipeline + " TO " + pipeline + "_admin");
    } catch (SQLException e) {
      throw new StoreDownException(e);
    }
  }

  @Override
  public StorePorts ports() {
    return new StorePorts(postgres.address().getPort());
  }

  @Override
  public StoreLink link(LoadMode mode, SpoiledCalls spoiled) {
    return new PostgresProxy(postgres::address);
  }

  @Override
  public StoreDefinition definition(String pipeline, StorePorts ports) {
    return new StoreDefinition.Postgres(HistoryPipeline.NAMESPACE, pipeline);
  }

  @Override
  public Map<RuntimeVariable, String> consumerEnvironment(String pipeline, StorePorts ports) {
    return Map.of(
        RuntimeVariable.STORE_URI,
        uri(pipeline, ports),
        RuntimeVariable.STORE_USERNAME,
        pipeline + "_writer",
        RuntimeVariable.STORE_PASSWORD,
        "writer");
  }

  @Override
  public Map<RuntimeVariable, String> migrationEnvironment(String pipeline, StorePorts ports) {
    return Map.of(
        RuntimeVariable.STORE_URI,
        uri(pipeline, ports),
        RuntimeVariable.STORE_USERNAME,
        pipeline + "_admin",
        RuntimeVariable.STORE_PASSWORD,
        "admin",
        RuntimeVariable.STORE_WRITER_USERNAME,
        pipeline + "_writer",
        RuntimeVariable.STORE_WRITER_PASSWORD,
        "writer",
        RuntimeVariable.STORE_READER_USERNAME,
        pipeline + "_reader",
        RuntimeVariable.STORE_READER_PASSWORD,
        "reader");
  }

  private static String uri(String pipeline, StorePorts ports) {
    return "postgresql://127.0.0.1:%d/%s".formatted(ports.main(), pipeline);
  }

  @Override
  public Map<Integer, Long> storedOffsets(String pipeline, LoadMode mode)
      throws StoreDownException {
    var offsets = new TreeMap<Integer, Long>();
    try (var connection = postgres.connect(pipeline);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT partition, next_offset FROM history._acequia_offsets_" + pipeline)) {
      while (rows.next()) {
        offsets.put(rows.getInt(1), rows.getLong(2));
      }
    } catch (SQLException e) {
      throw new StoreDownException(e);
    }
    return offsets;
  }

  @Override
  public Optional<String> openTransaction(String pod) throws StoreDownException {
    try (var connection = postgres.connect("postgres");
        var statement =
            connection.prepareStatement(
                // One that has only read, as a probe does, keeps nobody from anything.
                "SELECT query FROM pg_stat_activity WHERE application_name = ?"
                    + " AND backend_xid IS NOT NULL")) {
      statement.setString(1, pod);
      try (var rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new StoreDownException(e);
    }
  }

  @Override
  public StoredTable table(String pipeline, LoadMode mode) throws StoreDownException {
    return new Table(pipeline, mode);
  }

  @Override
  public void close() {
    postgres.close();
    disk.ifPresent(SmallDisk::close);
  }

  /** A pipeline's table, read as it is asked for. */
  private final class Table implements StoredTable {
    private final String pipeline;
    private final String select;
    private final boolean hasKey;

    Table(String pipeline, LoadMode mode) throws StoreDownException {
      this.pipeline = pipeline;
      hasKey = mode == LoadMode.UPSERT;
      select =
          "SELECT _partition, _offset, id, %s, %s FROM %s.%s"
              .formatted(hasKey ? "key" : "NULL", added(), HistoryPipeline.NAMESPACE, pipeline);
    }

    /** Counts the values of the fields that were added. */
    private String added() throws StoreDownException {
      try (var connection = postgres.connect(pipeline);
          var statement =
              connection.prepareStatement(
                  "SELECT coalesce('num_nonnulls(' || string_agg(column_name, ',') || ')', '0')"
                      + " FROM information_schema.columns WHERE table_schema = ? AND table_name = ?"
                      + " AND starts_with(column_name, ?)")) {
        statement.setString(1, HistoryPipeline.NAMESPACE);
        statement.setString(2, pipeline);
        statement.setString(3, HistoryPipeline.ADDED);
        try (var row = statement.executeQuery()) {
          return row.next() ? row.getString(1) : "0";
        }
      } catch (SQLException e) {
        throw new StoreDownException(e);
      }
    }

    @Override
    public Rows ofPartition(int partition) throws StoreDownException {
      return new Cursor(select + " WHERE _partition = " + partition + " ORDER BY _offset, id");
    }

    @Override
    public void forEach(Consumer<StoredRow> hears) throws StoreDownException {
      try (var rows = new Cursor(select)) {
        for (var row = rows.next(); row != null; row = rows.next()) {
          hears.accept(row);
        }
      }
    }

    private final class Cursor implements Rows {
      private final Connection connection;
      private final PreparedStatement statement;
      private final ResultSet rows;

      Cursor(String sql) throws StoreDownException {
        try {
          connection = postgres.connect(pipeline);
          connection.setAutoCommit(false); // or the driver would fetch all rows at once
          statement = connection.prepareStatement(sql);
          statement.setFetchSize(FETCH_ROWS);
          rows = statement.executeQuery();
        } catch (SQLException e) {
          throw new StoreDownException(e);
        }
      }

      @Override
      public @Nullable StoredRow next() throws StoreDownException {
        try {
          return rows.next()
              ? new StoredRow(
                  rows.getInt(1),
                  rows.getLong(2),
                  rows.getLong(3),
                  hasKey ? (Integer) rows.getInt(4) : null,
                  rows.getInt(5))
              : null;
        } catch (SQLException e) {
          throw new StoreDownException(e);
        }
      }

      @Override
      public void close() throws StoreDownException {
        try {
          connection.close();
        } catch (SQLException e) {
          throw new StoreDownException(e);
        }
      }
    }
  }
}
