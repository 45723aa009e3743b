package dev.acequia.stores.lake;

import dev.acequia.contract.Division;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LakeCatalog;
import dev.acequia.contract.LakeEngine;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TerminationException;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.PostgresServer;
import dev.acequia.servers.S3Server;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.lake.table.LakeColumns;
import dev.acequia.stores.testkit.StoreFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;

/** A folder or a bucket, and a schema with roles of its own in a database that all share. */
final class LakeFixture implements StoreFixture {
  private static final String DATABASE = "lakes";
  private static final String ADMIN = "lakes_admin";
  private static final String PASSWORD = "somebody's word";
  static final String BUCKET = "lakes";

  /** Who has credentials of its own, for S3 too if wanted. */
  static final List<String> ROLES = List.of("migration", "writer", "reader");

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name = "lake_" + COUNT.incrementAndGet();
  private final Path folder = Ephemeral.folder("lake");
  private final @Nullable String s3;
  private final boolean byRoles;

  private LakeFixture(@Nullable String s3, boolean byRoles) {
    this.s3 = s3;
    this.byRoles = byRoles;
  }

  /** Files in a folder. */
  LakeFixture() {
    this(null, false);
  }

  /** Files on an S3 server that fails at times. */
  LakeFixture(FaultyS3 server) {
    this(server.endpoint(), false);
  }

  /** Files on an S3 server. */
  static LakeFixture onS3() {
    return new LakeFixture(s3().endpoint(), false);
  }

  /** Files on an S3 server, to which each of the {@link #ROLES} logs on as a user of its name. */
  static LakeFixture onS3ByRoles() {
    return new LakeFixture(s3().endpoint(), true);
  }

  /** The secret access key of a role's user. */
  static String secret(String role) {
    return role + "'s secret";
  }

  /** The S3 server that all share. */
  static S3Server s3() {
    return Bucket.SERVER;
  }

  private static final class Bucket {
    static final S3Server SERVER = start();

    private static S3Server start() {
      var server = Ephemeral.server(S3Server.start(Ephemeral.folder("lake-it-s3")));
      server.createBucket(BUCKET);
      return server;
    }
  }

  private static final class Server {
    static final PostgresServer SHARED = start();

    private static PostgresServer start() {
      var server = Ephemeral.server(PostgresServer.start(Ephemeral.folder("lake-it")));
      try (var connection = server.connect("postgres");
          var statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + DATABASE);
        statement.execute(
            "CREATE ROLE %s LOGIN CREATEROLE PASSWORD '%s'"
                .formatted(ADMIN, PASSWORD.replace("'", "''")));
        statement.execute("GRANT CREATE ON DATABASE %s TO %s".formatted(DATABASE, ADMIN));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
      return server;
    }
  }

  @Override
  public StoreDefinition.Lake definition(String table) {
    return new StoreDefinition.Lake(
        "ops",
        table,
        s3 == null
            ? "file:" + folder.resolve(table)
            : "s3://%s/%s/%s".formatted(BUCKET, name, table),
        new LakeCatalog.Jdbc(name),
        s3 == null ? null : S3Server.REGION,
        s3,
        1,
        List.of(),
        new LakeEngine.DuckDb(1 << 20));
  }

  /** The same, with partitions. */
  StoreDefinition.Lake definition(String table, List<Division> partitionBy) {
    var whole = definition(table);
    return new StoreDefinition.Lake(
        whole.namespace(),
        whole.table(),
        whole.location(),
        whole.catalog(),
        whole.region(),
        whole.endpoint(),
        whole.commitSeconds(),
        partitionBy,
        whole.engine());
  }

  /**
   * @param login of the catalog
   */
  private Map<String, String> as(String role, String login) {
    var environment = new HashMap<String, String>();
    environment.put(RuntimeVariable.STORE_URI.name(), Server.SHARED.uri(DATABASE));
    environment.put(RuntimeVariable.STORE_USERNAME.name(), login);
    environment.put(RuntimeVariable.STORE_PASSWORD.name(), PASSWORD);
    if (s3 != null) {
      environment.put(
          RuntimeVariable.STORE_ACCESS_KEY_ID.name(), byRoles ? role : s3().accessKeyId());
      environment.put(
          RuntimeVariable.STORE_SECRET_ACCESS_KEY.name(),
          byRoles ? secret(role) : s3().secretAccessKey());
    }
    return environment;
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    var environment = as("migration", ADMIN);
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME.name(), name + "_writer");
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD.name(), PASSWORD);
    environment.put(RuntimeVariable.STORE_READER_USERNAME.name(), name + "_reader");
    environment.put(RuntimeVariable.STORE_READER_PASSWORD.name(), PASSWORD);
    return environment;
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return as("writer", name + "_writer");
  }

  @Override
  public Map<String, String> readerEnvironment() {
    var environment = as("reader", name + "_reader");
    environment.put(RuntimeVariable.STORE_CACHE_DIR.name(), folder.resolve("cache").toString());
    return environment;
  }

  @Override
  public boolean widens(Field from, Field to) {
    return from.type() == FieldType.DECIMAL
        ? LakeColumns.digits(to).canReplace(LakeColumns.digits(from))
        : from.type() == FieldType.INT32 && to.type() == FieldType.INT64;
  }

  @Override
  public Optional<BigDecimal> stored(BigDecimal decimal) {
    var fits =
        decimal.stripTrailingZeros().scale() <= LakeColumns.DIGITS.scale()
            && decimal.precision() - decimal.scale() <= LakeColumns.DIGITS.beforePoint();
    var shortest = decimal.stripTrailingZeros();
    return fits ? Optional.of(shortest.setScale(Math.max(0, shortest.scale()))) : Optional.empty();
  }

  private static StoreDefinition.Lake lake(PipelineDefinition definition) {
    return (StoreDefinition.Lake) definition.store();
  }

  /** What somebody does by hand. */
  interface Deed {
    void act(LakeTables tables) throws StoreUnavailableException, IOException;
  }

  /** Does it with all rights. */
  void act(PipelineDefinition definition, Deed deed) {
    try (var tables = new LakeTables(lake(definition), migrationEnvironment())) {
      deed.act(tables);
    } catch (StoreUnavailableException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    act(
        definition,
        tables -> {
          var state = TableState.of(tables.load(tables.data()));
          var table = state.table();
          var files = NoteFiles.of(table, NoteFiles.head(table));
          var notes = new ArrayList<Note>();
          for (var file : files) {
            NoteFiles.read(
                table,
                file,
                note ->
                    notes.add(
                        new Note(
                            note.kind(),
                            note.serial(),
                            note.origin(),
                            note.key(),
                            note.content(),
                            note.pushedMillis(),
                            note.atMillis() - by.toMillis())));
          }
          if (!notes.isEmpty()) {
            var change = table.newOverwrite().toBranch(LakeTables.NOTES);
            files.forEach(change::deleteFile);
            change.addFile(NoteFiles.write(table, lake(definition), notes)).commit();
          }
        });
  }

  /** As whoever knows nothing of this pipeline would do it. */
  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    act(
        definition,
        tables -> {
          var table = tables.load(tables.data());
          var kept = new ArrayList<Record>();
          try (var rows =
              IcebergGenerics.read(table)
                  .where(Expressions.lessThan(LakeColumns.OFFSET, fromOffset))
                  .build()) {
            rows.forEach(kept::add);
          }
          var change = table.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
          if (!kept.isEmpty()) {
            change.addFile(write(table, kept));
          }
          change.commit();
        });
  }

  /** A file of rows, of a table that is not parted. */
  static DataFile write(Table table, List<Record> rows) {
    try {
      var writer =
          Parquet.writeData(
                  table
                      .io()
                      .newOutputFile(
                          table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet")))
              .forTable(table)
              .withSpec(PartitionSpec.unpartitioned())
              .createWriterFunc(GenericParquetWriter::create)
              .<Record>build();
      try (writer) {
        writer.write(rows);
      }
      return writer.toDataFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    act(definition, tables -> tables.catalog().dropTable(tables.data(), false));
  }

  @Override
  public void refill(PipelineDefinition definition) {
    act(
        definition,
        tables -> {
          tables.catalog().dropTable(tables.data(), true);
          tables.load(tables.beside()).updateProperties().remove(Beside.TABLE).commit();
        });
  }

  /** The roles that migrations made. */
  List<String> roles() throws SQLException {
    try (var connection = Server.SHARED.connect(DATABASE);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE '" + name + "\\_%'")) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        found.add(rows.getString(1));
      }
      return found;
    }
  }

  /** Creates the catalog, without a table. */
  void prepare(PipelineDefinition definition)
      throws TerminationException, StoreUnavailableException {
    CatalogSetup.of(definition, lake(definition), migrationEnvironment()).prepare();
  }

  /** The connections of the writer's role to the catalog. */
  int connections() throws SQLException {
    try (var connection = Server.SHARED.connect(DATABASE);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = '" + name + "_writer'")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** Makes a role of the writer's name, as somebody else. */
  void makeRole() throws SQLException {
    executeAsSomebodyElse("CREATE ROLE " + name + "_writer LOGIN");
  }

  /** Creates the catalog's schema as another role that lets all roles use it. */
  void makeSchema() throws SQLException {
    executeAsSomebodyElse("CREATE SCHEMA %1$s; GRANT ALL ON SCHEMA %1$s TO PUBLIC".formatted(name));
  }

  private static void executeAsSomebodyElse(String statements) throws SQLException {
    try (var connection = Server.SHARED.connect(DATABASE);
        var statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    return Optional.empty();
  }

  @Override
  public boolean cutConnections() {
    return false;
  }

  @Override
  public void close() {
    // Folder and server end with the process.
  }
}
