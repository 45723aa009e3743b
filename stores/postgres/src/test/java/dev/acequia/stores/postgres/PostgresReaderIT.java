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
import dev.acequia.stores.query.Expression.Aggregate;
import dev.acequia.stores.query.Expression.Aggregate.Function;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.SelectItem;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
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
  void readsEveryTypeInBothOfTheDriversForms()
      throws SQLException, StoreReadException, IOException {
    createTable("types");
    sql(
        "INSERT INTO types VALUES (-5, -9223372036854775808, -1.5e-7, 12345678901234567890.1200,"
            + " true, '1969-12-31', '1969-12-31 23:59:59.25+00',"
            + " '6f1f2b1c-aaaa-4000-8000-0123456789ab', 'año 🛶', '{\"a\": [1]}'),"
            + " (7, 0, 0, 0, false, '2012-02-29', '9999-12-31 23:59:59.999999+00',"
            + " 'ffffffff-ffff-ffff-ffff-ffffffffffff', '', 'null')");
    sql("INSERT INTO types (id) VALUES (8)");
    try (var reader = reader("types", ReaderLimits.DEFAULT)) {
      for (var run = 0; run < RUNS; run++) {
        var rows = new ArrayList<List<Object>>();
        reader.read(all("types", 10), row -> rows.add(values(row)));

        assertThat(rows)
            .as("run %d", run)
            .containsExactly(
                List.of(
                    -5L,
                    Long.MIN_VALUE,
                    -1.5e-7,
                    new BigDecimal("12345678901234567890.1200"),
                    1L,
                    LocalDate.of(1969, 12, 31).toEpochDay(),
                    -750_000L,
                    UUID.fromString("6f1f2b1c-aaaa-4000-8000-0123456789ab"),
                    "año 🛶",
                    "{\"a\": [1]}"),
                List.of(
                    7L,
                    0L,
                    0.0,
                    BigDecimal.ZERO,
                    0L,
                    LocalDate.of(2012, 2, 29).toEpochDay(),
                    OffsetDateTime.parse("9999-12-31T23:59:59Z").toEpochSecond() * 1_000_000
                        + 999_999,
                    new UUID(-1, -1),
                    "",
                    "null"),
                List.of(
                    8L, "null", "null", "null", "null", "null", "null", "null", "null", "null"));
      }
    }
  }

  /** The row's values; a null as the text "null". */
  private static List<Object> values(ResultRow row) {
    var values = new ArrayList<Object>();
    for (var i = 0; i < FIELDS.size(); i++) {
      values.add(
          row.isNull(i)
              ? "null"
              : switch (FIELDS.get(i).type()) {
                case INT32, INT64, BOOLEAN, DATE, TIMESTAMP -> row.longAt(i);
                case DOUBLE -> row.doubleAt(i);
                case DECIMAL -> row.decimalAt(i);
                case UUID -> new UUID(row.uuidMostAt(i), row.uuidLeastAt(i));
                case STRING, JSON -> new String(row.utf8At(i), StandardCharsets.UTF_8);
              });
    }
    return values;
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
  void stopsReadingWhenTheSinkHasEnough() throws SQLException, StoreReadException, IOException {
    createTable("broken");
    sql("INSERT INTO broken (id) SELECT generate_series(1, 10000)");
    try (var reader = reader("broken", ReaderLimits.DEFAULT)) {
      for (var run = 0; run < 30; run++) {
        assertThatThrownBy(
                () ->
                    reader.read(
                        all("broken", 10_000),
                        row -> {
                          throw new IOException("enough");
                        }))
            .isInstanceOf(IOException.class);
      }
      reader.probe();
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
  void findsOneByItsKey() throws SQLException, StoreReadException, IOException {
    createTable("single");
    sql("INSERT INTO single (id) SELECT generate_series(1, 10)");
    try (var reader = reader("single", ReaderLimits.DEFAULT)) {
      assertThat(
              reader.readOne(
                  List.of(new Literal(FieldType.INT32, 7)),
                  row -> assertThat(row.longAt(0)).isEqualTo(7)))
          .isTrue();
      assertThat(reader.readOne(List.of(new Literal(FieldType.INT32, 77)), row -> {})).isFalse();
    }
  }

  @Test
  void findsEachOfManyByItsKeyAtATime() throws Exception {
    var fields =
        List.of(
            new Field("at", FieldType.TIMESTAMP, true, null),
            new Field("note", FieldType.STRING, true, null),
            new Field("price", FieldType.DECIMAL, true, null),
            new Field("day", FieldType.DATE, true, null),
            new Field("ref", FieldType.UUID, true, null),
            new Field("ok", FieldType.BOOLEAN, true, null),
            new Field("big", FieldType.INT64, true, null),
            new Field("id", FieldType.INT32, true, null));
    var names = fields.stream().map(Field::name).toList();
    var whole = definition("keyed");
    var definition =
        new PipelineDefinition(
            whole.namespace(),
            whole.name(),
            null,
            new Schema(names, fields, UnknownFields.REJECT),
            whole.topic(),
            whole.store(),
            LoadMode.UPSERT,
            100,
            0.05,
            null);
    sql(
        "CREATE TABLE keyed (at timestamptz, note text, price numeric, day date, ref uuid, ok"
            + " boolean, big bigint, id int, PRIMARY KEY (at, note, price, day, ref, ok, big,"
            + " id))");
    sql(
        "INSERT INTO keyed SELECT timestamptz '2026-01-01 00:00:00Z' + n * interval '1 second',"
            + " 'año ' || n, n / 8.0, date '2026-01-01' + n, gen_random_uuid(), n % 2 = 0, n, n"
            + " FROM generate_series(1, 1000) n");
    var refs = new ArrayList<UUID>();
    try (var connection = server.connect("postgres");
        var rows = connection.createStatement().executeQuery("SELECT ref FROM keyed ORDER BY id")) {
      while (rows.next()) {
        refs.add(rows.getObject(1, UUID.class));
      }
    }
    try (var reader =
            new PostgresReader(
                new StoreDefinition.Postgres("public", "keyed"),
                RecordColumns.of(definition),
                new PostgresAccess(
                    server.uri("postgres"), server.superuser(), server.superuserPassword(), "test"),
                ReaderLimits.DEFAULT);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var reads = new ArrayList<Future<?>>();
      for (var i = 0; i < 4_000; i++) {
        var n = i % 1_100 + 1; // the last hundred are not there
        reads.add(
            threads.submit(
                () -> {
                  var ids = new ArrayList<Long>();
                  var found =
                      reader.readOne(
                          List.of(
                              Literal.timestamp(
                                  Instant.parse("2026-01-01T00:00:00Z")
                                          .plusSeconds(n)
                                          .getEpochSecond()
                                      * 1_000_000),
                              new Literal(FieldType.STRING, "año " + n),
                              new Literal(
                                  FieldType.DECIMAL, new BigDecimal(n).divide(new BigDecimal(8))),
                              new Literal(FieldType.DATE, LocalDate.of(2026, 1, 1).plusDays(n)),
                              new Literal(
                                  FieldType.UUID,
                                  n <= refs.size() ? refs.get(n - 1) : new UUID(0, 0)),
                              new Literal(FieldType.BOOLEAN, n % 2 == 0),
                              new Literal(FieldType.INT64, (long) n),
                              new Literal(FieldType.INT32, n)),
                          row -> ids.add(row.longAt(7)));
                  assertThat(found).isEqualTo(n <= 1_000);
                  assertThat(ids).isEqualTo(found ? List.of((long) n) : List.of());
                  return null;
                }));
      }
      for (var read : reads) {
        read.get(30, TimeUnit.SECONDS);
      }
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
  void aggregatesInTypesThatHoldTheResult() throws SQLException, StoreReadException, IOException {
    createTable("sums");
    sql(
        "INSERT INTO sums (id, big, ratio, note) VALUES (2147483647, 9223372036854775807, 0.5,"
            + " 'a'), (2147483646, 9223372036854775807, 0.25, 'a'), (1, NULL, NULL, 'b')");
    var columns = RecordColumns.of(definition("sums"));
    var select =
        List.of(
            new SelectItem("note", columns.require("note")),
            new SelectItem("n", new Aggregate(Function.COUNT, null)),
            new SelectItem("ids", new Aggregate(Function.SUM, columns.require("id"))),
            new SelectItem("bigs", new Aggregate(Function.SUM, columns.require("big"))),
            new SelectItem("mean", new Aggregate(Function.AVG, columns.require("ratio"))));
    var query =
        new Query(
            select,
            Condition.always(),
            RecordColumns.completed(List.of(), List.of(columns.require("note"))),
            List.of(),
            10,
            0);
    try (var reader = reader("sums", ReaderLimits.DEFAULT)) {
      for (var run = 0; run < RUNS; run++) {
        var rows = new ArrayList<String>();
        reader.read(
            query,
            row ->
                rows.add(
                    "%d %d %s %s"
                        .formatted(
                            row.longAt(1),
                            row.longAt(2),
                            row.isNull(3) ? null : row.decimalAt(3).toPlainString(),
                            row.isNull(4) ? null : row.doubleAt(4))));
        assertThat(rows)
            .containsExactly("2 4294967293 18446744073709551614 0.375", "1 1 null null");
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
    try (var reader = reader("drip", limits(Duration.ofSeconds(2)))) {
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
  void tellsWhoAsksThatAValueCannotBeComputed() throws SQLException {
    createTable("huge");
    sql("INSERT INTO huge (id, ratio) VALUES (1, 1e308), (2, 1e308)");
    var sum =
        new SelectItem(
            "sum",
            new Aggregate(Function.SUM, RecordColumns.of(definition("huge")).require("ratio")));
    try (var reader = reader("huge", ReaderLimits.DEFAULT)) {
      assertThatThrownBy(
              () ->
                  reader.read(
                      new Query(List.of(sum), Condition.always(), List.of(), List.of(), 1, 0),
                      row -> {}))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.IMPOSSIBLE))
          .hasMessageContaining("out of range");
    }
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

  @Test
  void keepsHostileValuesValues() throws SQLException, StoreReadException, IOException {
    createTable("hostile");
    sql("INSERT INTO hostile (id, note) VALUES (1, $$'; DROP TABLE hostile; --$$), (2, '%')");
    var columns = RecordColumns.of(definition("hostile"));
    var where =
        new Comparison(
            columns.require("note").field(),
            Comparison.Operator.EQ,
            new Literal(FieldType.STRING, "'; DROP TABLE hostile; --"));
    try (var reader = reader("hostile", ReaderLimits.DEFAULT)) {
      var ids = new ArrayList<Long>();
      reader.read(
          new Query(columns.all(), where, columns.total(List.of()), List.of(), 5, 0),
          row -> ids.add(row.longAt(0)));
      assertThat(ids).containsExactly(1L);
      assertThat(reader.count(all("hostile", 1))).isEqualTo(2);
    }
  }
}
