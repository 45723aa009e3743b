package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.PostgresServer;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresReaderIT {
  private static final List<Field> FIELDS =
      List.of(
          new Field("id", FieldType.INT32, true, null),
          new Field("big", FieldType.INT64, false, null),
          new Field("ratio", FieldType.DOUBLE, false, null),
          new Field("price", FieldType.DECIMAL, false, null),
          new Field("ok", FieldType.BOOLEAN, false, null),
          new Field("day", FieldType.DATE, false, null),
          new Field("at", FieldType.TIMESTAMP, false, null),
          new Field("ref", FieldType.UUID, false, null),
          new Field("note", FieldType.STRING, false, null),
          new Field("doc", FieldType.JSON, false, null));

  private static final String COLUMNS_OF_FIELDS =
      " (id int PRIMARY KEY, big bigint, ratio float8, price numeric, ok boolean, day date, at"
          + " timestamptz, ref uuid, note text, doc jsonb)";

  /** More often than the driver takes to change to the binary form. */
  private static final int RUNS = 12;

  private static PostgresServer server;

  @BeforeAll
  static void start(@TempDir Path folder) {
    server = PostgresServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static PipelineDefinition definition(String table) {
    return new PipelineDefinition(
        "test",
        table,
        null,
        new Schema(List.of("id"), FIELDS, UnknownFields.REJECT),
        new TopicDefinition("test." + table, "id", 1, "test." + table + ".dlq"),
        new StoreDefinition.Postgres("public", table),
        LoadMode.UPSERT,
        100,
        0.05,
        null);
  }

  private static PostgresReader reader(String table, ReaderLimits limits) {
    return new PostgresReader(
        new StoreDefinition.Postgres("public", table),
        RecordColumns.of(definition(table)),
        new PostgresAccess(
            server.uri("postgres"), server.superuser(), server.superuserPassword(), "test"),
        limits);
  }

  private static PostgresReader guarded(String table, long maxScanRows, String... indexed) {
    return new PostgresReader(
        new StoreDefinition.Postgres(
            "public", table, List.of(new StoreDefinition.Index(List.of(indexed))), maxScanRows),
        RecordColumns.of(definition(table)),
        new PostgresAccess(
            server.uri("postgres"), server.superuser(), server.superuserPassword(), "test"),
        ReaderLimits.DEFAULT);
  }

  private static void sql(String statement) throws SQLException {
    try (var connection = server.connect("postgres");
        var run = connection.createStatement()) {
      run.execute(statement);
    }
  }

  private static void createTable(String table) throws SQLException {
    sql("CREATE TABLE " + table + COLUMNS_OF_FIELDS);
  }

  private static Query all(String table, int limit) {
    var columns = RecordColumns.of(definition(table));
    return new Query(
        columns.all(), Condition.always(), columns.total(List.of()), List.of(), limit, 0);
  }

  @Test
  void streamsManyRowsInPieces() throws SQLException, StoreReadException, IOException {
    createTable("many");
    sql("INSERT INTO many (id, note) SELECT n, repeat('x', 500) FROM generate_series(1, 20000) n");
    try (var reader = reader("many", ReaderLimits.DEFAULT)) {
      for (var run = 0; run < 3; run++) {
        var next = new AtomicInteger(1);
        reader.read(
            all("many", 15_000),
            row -> assertThat(row.longAt(0)).isEqualTo(next.getAndIncrement()));

        assertThat(next).hasValue(15_001);
      }
      assertThat(reader.count(all("many", 1))).isEqualTo(20_000);
    }
  }

  @Test
  void outlivesAChangeOfTheTable() throws SQLException, StoreReadException, IOException {
    createTable("changing");
    sql("INSERT INTO changing (id, big) VALUES (1, 2)");
    try (var reader = reader("changing", ReaderLimits.DEFAULT)) {
      for (var run = 0; run < RUNS; run++) {
        reader.read(all("changing", 5), row -> {});
      }
      sql("ALTER TABLE changing ALTER COLUMN big TYPE numeric");

      var rows = new AtomicInteger();
      reader.read(all("changing", 5), row -> rows.incrementAndGet());

      assertThat(rows).hasValue(1);
    }
  }

  @Test
  void findsByAKeyWhoseColumnHasBecomeWider() throws Exception {
    createTable("wider");
    sql("INSERT INTO wider (id, big) SELECT n, n FROM generate_series(1, 10) n");
    try (var reader = reader("wider", ReaderLimits.DEFAULT)) {
      for (var type : List.of("int", "bigint", "numeric")) {
        sql("ALTER TABLE wider ALTER id TYPE " + type);
        for (var run = 0; run < RUNS; run++) {
          assertThat(
                  reader.readOne(
                      List.of(new Literal(FieldType.INT32, 7)),
                      row -> assertThat(row.longAt(1)).isEqualTo(7)))
              .isTrue();
        }
      }
    }
  }

  @Test
  void endsAQueryThatTakesTooLong() throws SQLException {
    createTable("quick");
    sql("INSERT INTO quick (id) SELECT generate_series(1, 100)");
    sql("CREATE VIEW slow AS SELECT * FROM quick WHERE pg_sleep(1) IS NOT NULL");
    var limits =
        new ReaderLimits(
            2, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofMillis(100), 3 << 20);
    try (var reader = reader("slow", limits)) {
      assertThatThrownBy(() -> reader.count(all("slow", 1)))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
    }
  }

  /** Each row of the view takes 3 ms, and says what the server's limit for a statement is. */
  private static void createDrip(String view) throws SQLException {
    createTable(view + "_rows");
    sql("INSERT INTO " + view + "_rows (id) SELECT generate_series(1, 100000)");
    sql("ANALYZE " + view + "_rows");
    sql(
        "CREATE VIEW "
            + view
            + " AS SELECT id, big, ratio, price, ok, day, at, ref,"
            + " current_setting('statement_timeout') AS note, doc FROM "
            + view
            + "_rows WHERE pg_sleep(0.003) IS NOT NULL");
  }

  private static ReaderLimits limits(Duration statement) {
    return new ReaderLimits(2, Duration.ofSeconds(3), Duration.ofSeconds(3), statement, 3 << 20);
  }

  @Test
  void endsAResultWhosePiecesTakeTooLongTogether() throws SQLException {
    createDrip("drip");
    try (var reader = reader("drip", limits(Duration.ofSeconds(5)))) { // all take 9 s
      var rows = new AtomicInteger();
      assertThatThrownBy(() -> reader.read(all("drip", 3_000), row -> rows.incrementAndGet()))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_SLOW));
      // No piece took too long by itself.
      assertThat(rows).hasValueGreaterThan(128);
    }
  }

  @Test
  void grantsEachPieceOnlyWhatIsLeftOfTheTime()
      throws SQLException, StoreReadException, IOException {
    createDrip("shrinking");
    try (var reader = reader("shrinking", limits(Duration.ofSeconds(16)))) {
      for (var run = 0; run < 2; run++) {
        var granted = new ArrayList<String>();
        reader.read(
            all("shrinking", 1_200),
            row -> granted.add(new String(row.utf8At(8), StandardCharsets.UTF_8)));

        assertThat(granted.getFirst()).isEqualTo("16s");
        assertThat(granted.getLast()).isNotEqualTo("16s");
        assertThat(granted.stream().distinct().count())
            .as("changes of the limit, of which each is a round trip")
            .isLessThan(16);
      }
    }
  }

  @Test
  void findsNoWayToReadWhenOneColumnMayNotBeRead() throws SQLException, StoreReadException {
    createTable("columns");
    sql("CREATE ROLE column_reader LOGIN PASSWORD 'word'");
    sql("GRANT SELECT ON columns TO column_reader");
    try (var reader =
        new PostgresReader(
            new StoreDefinition.Postgres("public", "columns"),
            RecordColumns.of(definition("columns")),
            new PostgresAccess(server.uri("postgres"), "column_reader", "word", "test"),
            ReaderLimits.DEFAULT)) {
      reader.probe();
      sql("REVOKE SELECT ON columns FROM column_reader");
      sql(
          "GRANT SELECT (id, big, ratio, price, ok, day, at, ref, note) ON columns TO"
              + " column_reader");
      assertThatThrownBy(reader::probe)
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED))
          .hasMessage("permission denied for table columns (SQLSTATE 42501)");

      sql("GRANT SELECT ON columns TO column_reader");
      reader.probe();
      sql("ALTER TABLE columns DROP doc");
      assertThatThrownBy(reader::probe)
          .isInstanceOf(StoreReadException.class)
          .hasMessage("column \"doc\" does not exist (SQLSTATE 42703)");
    }
  }

  @Test
  void refusesScansOfALargeTableThatNoIndexSpares()
      throws SQLException, StoreReadException, IOException {
    createTable("large");
    sql("INSERT INTO large (id, big, note) SELECT i, i, i FROM generate_series(1, 20000) i");
    sql("CREATE INDEX ON large (big)");
    sql("ANALYZE large");
    var columns = RecordColumns.of(definition("large"));
    var byKey = columns.total(List.of());
    var everything = all("large", 10);
    var byNote = new Query(columns.all(), equal(columns, "note", "7"), byKey, List.of(), 10, 0);
    var byIndex =
        new Query(
            columns.all(),
            new Condition.All(
                List.of(
                    new Comparison(
                        columns.require("big").field(),
                        Comparison.Operator.EQ,
                        new Literal(FieldType.INT64, 7L)),
                    equal(columns, "note", "7"))),
            byKey,
            List.of(),
            10,
            0);
    var byUnindexedOrder =
        new Query(
            columns.all(),
            Condition.always(),
            columns.total(List.of(OrderTerm.ascending(columns.require("note")))),
            List.of(),
            10,
            0);
    var earlyEnd =
        new Query(
            columns.all(), new Condition.Not(equal(columns, "note", "7")), byKey, List.of(), 10, 0);
    try (var reader = guarded("large", 10_000, "big")) {
      for (var allowed : List.of(everything, byIndex, earlyEnd)) {
        reader.read(allowed, row -> {});
      }
      assertThat(reader.count(byIndex)).isEqualTo(1);
      assertThat(reader.estimate(everything)).isBetween(19_000L, 21_000L);
      for (var refused : List.of(byNote, byUnindexedOrder)) {
        assertThatThrownBy(() -> reader.read(refused, row -> {}))
            .isInstanceOfSatisfying(
                StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_COSTLY))
            .hasMessageContaining("10,000 are allowed")
            .hasMessageContaining("by eq or in: id, big")
            .hasMessageContaining("spec.store.postgres.indexes: [{fields: [note");
      }
      assertThatThrownBy(() -> reader.count(everything))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_COSTLY));
    }
    try (var lax = guarded("large", 30_000, "big");
        var unbound = guarded("large", 0, "big")) {
      lax.read(byNote, row -> {});
      assertThat(unbound.count(everything)).isEqualTo(20_000);
    }
  }

  private static Condition equal(RecordColumns columns, String field, String text) {
    return new Comparison(
        columns.require(field).field(),
        Comparison.Operator.EQ,
        new Literal(FieldType.STRING, text));
  }

  @Test
  void saysThatAllConnectionsAreInUse() throws SQLException {
    createTable("busy");
    sql("INSERT INTO busy (id) VALUES (1)");
    var limits =
        new ReaderLimits(
            1, Duration.ofMillis(300), Duration.ofSeconds(1), Duration.ofSeconds(5), 3 << 20);
    try (var reader = reader("busy", limits)) {
      assertThatThrownBy(
              () ->
                  reader.read(
                      all("busy", 1),
                      row ->
                          assertThatThrownBy(reader::probe)
                              .isInstanceOfSatisfying(
                                  StoreReadException.class,
                                  e -> {
                                    assertThat(e.reason()).isEqualTo(Reason.BUSY);
                                    throw new IllegalStateException("seen");
                                  })))
          .hasMessage("seen");
    }
  }

  @Test
  void saysThatTheStoreIsGoneAndComesBackWithIt(@TempDir Path folder)
      throws SQLException, StoreReadException {
    var mortal = PostgresServer.start(folder);
    try (var connection = mortal.connect("postgres");
        var run = connection.createStatement()) {
      run.execute("CREATE TABLE mortal" + COLUMNS_OF_FIELDS);
    }
    var limits =
        new ReaderLimits(
            2, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(5), 3 << 20);
    try (var reader =
        new PostgresReader(
            new StoreDefinition.Postgres("public", "mortal"),
            RecordColumns.of(definition("mortal")),
            new PostgresAccess(
                mortal.jdbcUrl("postgres"), mortal.superuser(), mortal.superuserPassword(), "test"),
            limits)) {
      reader.probe();
      mortal.kill();
      // The process of a connection may outlive the server by a moment, and answer once more.
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () -> assertThatThrownBy(reader::probe).isInstanceOf(StoreReadException.class));

      for (var attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(reader::probe)
            .isInstanceOfSatisfying(
                StoreReadException.class,
                e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
      }
      mortal = PostgresServer.start(folder);
      org.awaitility.Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .untilAsserted(reader::probe);
    } finally {
      mortal.close();
    }
  }
}
