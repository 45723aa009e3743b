package dev.acequia.stores.postgres;

import dev.acequia.contract.AcceptedOffsets;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.Ephemeral;
import dev.acequia.servers.PostgresServer;
import dev.acequia.stores.testkit.Pipelines;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A database of one test's own, as a platform team hands it over: its administrator may create
 * schemas and roles and is not a superuser. All share one server.
 */
final class Warehouse {
  static final String ADMIN_PASSWORD = "admin's word";
  static final String WRITER_PASSWORD = "writer's word";
  static final String READER_PASSWORD = "reader's word";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final PostgresServer server;
  private final String database;

  private Warehouse(PostgresServer server, String database) {
    this.server = server;
    this.database = database;
  }

  static Warehouse create() {
    var server = Server.SHARED;
    var warehouse = new Warehouse(server, "warehouse_" + COUNT.incrementAndGet());
    try (var connection = server.connect("postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + warehouse.database);
      statement.execute(
          "CREATE ROLE %s LOGIN CREATEROLE PASSWORD '%s'"
              .formatted(warehouse.admin(), ADMIN_PASSWORD.replace("'", "''")));
      statement.execute(
          "GRANT CREATE ON DATABASE %s TO %s".formatted(warehouse.database, warehouse.admin()));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return warehouse;
  }

  private static final class Server {
    static final PostgresServer SHARED =
        Ephemeral.server(PostgresServer.start(Ephemeral.folder("stores-it")));
  }

  String admin() {
    return database + "_admin";
  }

  String writer() {
    return database + "_writer";
  }

  String reader() {
    return database + "_reader";
  }

  Map<String, String> migrationEnvironment() {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.STORE_URI, server.uri(database));
    environment.put(RuntimeVariable.STORE_USERNAME, admin());
    environment.put(RuntimeVariable.STORE_PASSWORD, ADMIN_PASSWORD);
    environment.put(RuntimeVariable.STORE_WRITER_USERNAME, writer());
    environment.put(RuntimeVariable.STORE_WRITER_PASSWORD, WRITER_PASSWORD);
    environment.put(RuntimeVariable.STORE_READER_USERNAME, reader());
    environment.put(RuntimeVariable.STORE_READER_PASSWORD, READER_PASSWORD);
    return named(environment);
  }

  Map<String, String> writerEnvironment(String pod) {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.STORE_URI, server.uri(database));
    environment.put(RuntimeVariable.STORE_USERNAME, writer());
    environment.put(RuntimeVariable.STORE_PASSWORD, WRITER_PASSWORD);
    environment.put(RuntimeVariable.POD_NAME, pod);
    return named(environment);
  }

  Map<String, String> readerEnvironment() {
    var environment = new EnumMap<RuntimeVariable, String>(RuntimeVariable.class);
    environment.put(RuntimeVariable.STORE_URI, server.uri(database));
    environment.put(RuntimeVariable.STORE_USERNAME, reader());
    environment.put(RuntimeVariable.STORE_PASSWORD, READER_PASSWORD);
    return named(environment);
  }

  private static Map<String, String> named(EnumMap<RuntimeVariable, String> environment) {
    return environment.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
  }

  Connection connect(String role, String password) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl(database), role, password);
  }

  void asSuperuser(String... statements) throws SQLException {
    try (var connection = server.connect(database);
        var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A query's rows, their columns' texts joined by {@code |}. */
  List<String> rows(String sql) throws SQLException {
    try (var connection = server.connect(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var found = new ArrayList<String>();
      while (rows.next()) {
        var columns = new ArrayList<String>();
        for (var i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          columns.add(String.valueOf(rows.getString(i)));
        }
        found.add(String.join("|", columns));
      }
      return found;
    }
  }

  static PipelineDefinition definition(
      Schema schema, LoadMode mode, UUID topicId, int partitions, @Nullable AcceptedOffsets word) {
    return Pipelines.definition(
        new StoreDefinition.Postgres("ops", "flights"), schema, mode, topicId, partitions, word);
  }
}
