package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers queries from a pipeline's table, as the role that may only read it. */
public final class PostgresReader implements StoreReader {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresReader.class);

  private final ConnectionPool pool;
  private final SelectStatement select;
  private final @Nullable KeyReads byKey;
  private final ScanGuard guard;
  private final int maxRowBytes;
  private final Duration readLimit;
  private final Sql probe;
  private final FetchSize fetchSize = new FetchSize();

  PostgresReader(
      StoreDefinition.Postgres store,
      RecordColumns columns,
      PostgresAccess access,
      ReaderLimits limits) {
    this.pool = new ConnectionPool(access, limits);
    this.maxRowBytes = limits.resultBytes();
    this.readLimit = limits.statement();
    this.select = new SelectStatement(store.schema(), store.table());
    this.probe = select.probe(columns);
    this.byKey = columns.keyIsUnique() ? byKey(store, columns, limits) : null;
    this.guard = new ScanGuard(store, columns, this::planned);
  }

  private KeyReads byKey(
      StoreDefinition.Postgres store, RecordColumns columns, ReaderLimits limits) {
    var statement = new KeyStatement(store.schema(), store.table(), columns);
    // One for each processor keeps them busy; with more, fewer would go together.
    var atOnce = Math.min(Runtime.getRuntime().availableProcessors(), limits.connections());
    return new KeyReads(new KeyedTable(statement), atOnce, limits.connectionWait());
  }

  /** Needs the environment's {@code STORE_*}; connects when first asked. */
  public static PostgresReader open(
      PipelineDefinition definition,
      StoreDefinition.Postgres store,
      Map<String, String> environment) {
    return new PostgresReader(
        store,
        RecordColumns.of(definition),
        PostgresAccess.fromEnvironment(environment),
        ReaderLimits.of(Runtime.getRuntime().maxMemory()));
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    var expressions = query.columns();
    var rowsOfPage = select.rows(query);
    var budget = new ReadBudget(readLimit);
    guard.checkPage(query, rowsOfPage, budget);
    var rowsAtOnce = fetchSize.rowsAtOnce(query.limit(), expressions.size());
    while (!readInPieces(rowsOfPage, expressions, rowsAtOnce, budget, sink)) {
      rowsAtOnce = FetchSize.fewer(rowsAtOnce, query.limit());
      sink.restart();
    }
  }

  /**
   * Reads a result.
   *
   * @return false when one piece held more than the driver may hold
   */
  private boolean readInPieces(
      Sql sql, List<Expression> expressions, int rowsAtOnce, ReadBudget budget, RowSink sink)
      throws StoreReadException, IOException {
    try {
      execute(
          sql,
          rowsAtOnce,
          budget,
          (rows, pause) -> drain(rows, pause, expressions, rowsAtOnce, sink));
      return true;
    } catch (StoreReadException e) {
      if (e.reason() == Reason.TOO_LARGE
          && rowsAtOnce != 1
          && e.getCause() instanceof SQLException cause) {
        var overflow = ResultOverflow.of(cause);
        if (overflow != null && !overflow.isOfOneRow()) {
          return false;
        }
      }
      throw e;
    }
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    if (byKey == null) {
      throw new IllegalStateException("in append mode no key belongs to one record");
    }
    try {
      return byKey.read(key, sink);
    } catch (PostgresRow.NewerSchemaException e) {
      throw translated(e);
    }
  }

  /** The table as reads by key ask it; the larger its rows, the fewer of them together. */
  private final class KeyedTable implements KeyReads.Database {
    private final KeyStatement statement;
    private final FetchSize together = new FetchSize();

    KeyedTable(KeyStatement statement) {
      this.statement = statement;
    }

    @Override
    public int keysAtOnce() {
      return Math.min(together.rowsThatFit(), KeyReads.MOST_KEYS);
    }

    @Override
    public void read(List<List<Literal>> keys, KeyReads.Sink sink) throws StoreReadException {
      try {
        execute(
            statement.of(keys), 0, new ReadBudget(readLimit), (rows, _) -> drain(rows, keys, sink));
      } catch (StoreReadException e) {
        if (e.reason() == Reason.TOO_LARGE) {
          together.learn(1, maxRowBytes);
        }
        throw e;
      } catch (IOException e) {
        throw new IllegalStateException("each sink keeps its own", e);
      }
    }

    private long drain(ResultSet rows, List<List<Literal>> keys, KeyReads.Sink sink)
        throws SQLException {
      var placeColumn = statement.columns().size() + 1;
      var row = new PostgresRow(rows, statement.columns(), maxRowBytes);
      long count = 0;
      long bytes = 0;
      for (var size = row.next(); size >= 0; size = row.next()) {
        count++;
        bytes += size;
        var place = rows.getInt(placeColumn);
        if (place < keys.size()) {
          sink.row(place, row);
        }
      }
      together.learn(count, bytes);
      return count;
    }
  }

  @Override
  public long count(Query query) throws StoreReadException {
    var count = select.count(query);
    var budget = new ReadBudget(readLimit);
    guard.checkWhole(query, count, budget);
    try {
      return execute(
          count,
          0,
          budget,
          (rows, _) -> {
            rows.next();
            return rows.getLong(1);
          });
    } catch (IOException e) {
      throw new IllegalStateException("a count has no sink", e);
    }
  }

  @Override
  public long estimate(Query query) throws StoreReadException {
    return planned(select.unlimited(query), new ReadBudget(readLimit)).rows();
  }

  /** What the database expects of a statement. */
  private QueryPlan planned(Sql sql, ReadBudget budget) throws StoreReadException {
    var json = new StringBuilder();
    try {
      execute(
          SelectStatement.plan(sql),
          0,
          budget,
          (rows, _) -> {
            rows.next();
            json.append(rows.getString(1));
            return 0;
          });
    } catch (IOException e) {
      throw new IllegalStateException("a plan has no sink", e);
    }
    return QueryPlan.fromJson(json.toString());
  }

  @Override
  public void probe() throws StoreReadException {
    try {
      execute(probe, 0, new ReadBudget(readLimit), (rows, _) -> 0);
    } catch (StoreReadException e) {
      throw e.getCause() instanceof SQLException cause
          ? new StoreReadException(e.reason(), SqlFailure.wordsForAnyone(cause), cause)
          : e;
    } catch (IOException e) {
      throw new IllegalStateException("a probe has no sink", e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private interface ResultReader {
    /**
     * Reads the rows.
     *
     * @param pause to be called before each piece that follows the first
     */
    long read(ResultSet rows, Pause pause) throws SQLException, IOException;
  }

  /** Between two pieces of a result. */
  private interface Pause {
    /** Goes on, if there is time left. */
    void end() throws SQLException;
  }

  /**
   * Runs a statement.
   *
   * @param rowsAtOnce how many rows the server sends at a time; 0 for all
   */
  private long execute(Sql sql, int rowsAtOnce, ReadBudget budget, ResultReader reader)
      throws StoreReadException, IOException {
    try {
      try {
        return executeOnce(sql, rowsAtOnce, budget, reader);
      } catch (SQLException e) {
        if (!isStalePlan(e)) {
          throw e;
        }
        // The table was altered under a statement prepared before; nothing was read yet.
        pool.renew();
        return executeOnce(sql, rowsAtOnce, budget, reader);
      }
    } catch (SQLException e) {
      throw translated(e);
    } catch (PostgresRow.NewerSchemaException e) {
      throw translated(e);
    } catch (PostgresRow.LongRowException e) {
      throw tooLarge(maxRowBytes, e);
    }
  }

  private static StoreReadException tooLarge(long limit, Exception e) {
    return new StoreReadException(
        Reason.TOO_LARGE,
        "a row of the result has more than %d MiB: ask for fewer or smaller fields with select"
            .formatted(limit >> 20),
        e);
  }

  private static StoreReadException translated(PostgresRow.NewerSchemaException e) {
    return new StoreReadException(Reason.UNAVAILABLE, String.valueOf(e.getMessage()), e);
  }

  private long executeOnce(Sql sql, int rowsAtOnce, ReadBudget budget, ResultReader reader)
      throws SQLException, IOException {
    try (var connection = pool.take()) {
      budget.begin();
      // A cursor and a limit of its own need a transaction; what comes in one piece is spared its
      // two extra messages.
      var inTransaction = rowsAtOnce != 0 || budget.isCut();
      connection.setAutoCommit(!inTransaction);
      var isBroken = false;
      try (var statement = prepared(connection, sql)) {
        if (inTransaction) {
          budget.enforce(connection);
        }
        statement.setFetchSize(rowsAtOnce);
        try (var rows = statement.executeQuery()) {
          return reader.read(rows, () -> budget.enforce(connection));
        }
      } catch (SQLException e) {
        isBroken = ResultOverflow.of(e) != null;
        throw e;
      } finally {
        budget.end();
        if (isBroken) {
          pool.giveUp(connection);
        } else if (inTransaction && !connection.isClosed()) {
          connection.rollback();
        }
      }
    }
  }

  private long drain(
      ResultSet rows, Pause pause, List<Expression> expressions, int rowsAtOnce, RowSink sink)
      throws SQLException, IOException {
    var row = new PostgresRow(rows, expressions, maxRowBytes);
    var pace = rowsAtOnce;
    var leftOfPiece = pace; // of the only piece, it never comes to 0
    long count = 0;
    long bytes = 0;
    for (var size = row.next(); size >= 0; size = row.next()) {
      sink.row(row);
      count++;
      bytes += size;
      if (pace != 0 && FetchSize.rowsOf(size) < pace) {
        // Those that follow may be as large; what came in one piece has none that follow.
        pace = FetchSize.rowsOf(size);
        rows.setFetchSize(pace);
      }
      if (--leftOfPiece == 0) {
        pause.end();
        leftOfPiece = pace;
      }
    }
    fetchSize.learn(count, bytes);
    return count;
  }

  private static PreparedStatement prepared(Connection connection, Sql sql) throws SQLException {
    var statement = connection.prepareStatement(sql.text());
    var position = 1;
    for (var literal : sql.values()) {
      bind(statement, position++, literal);
    }
    return statement;
  }

  private static void bind(PreparedStatement statement, int position, Literal literal)
      throws SQLException {
    switch (literal.value()) {
      case String text -> statement.setString(position, text);
      case Integer number -> statement.setInt(position, number);
      case Long number -> statement.setLong(position, number);
      case Double number -> statement.setDouble(position, number);
      case Boolean truth -> statement.setBoolean(position, truth);
      // Decimal, date, timestamp with time zone and uuid have one fitting SQL type each.
      default -> statement.setObject(position, literal.value());
    }
  }

  /** "cached plan must not change result type": feature_not_supported, raised nowhere else here. */
  private static boolean isStalePlan(SQLException e) {
    return "0A000".equals(e.getSQLState());
  }

  private StoreReadException translated(SQLException e) {
    var overflow = ResultOverflow.of(e);
    if (overflow != null) {
      return tooLarge(overflow.limit(), e);
    }
    var state = e.getSQLState() == null ? "" : e.getSQLState();
    if (state.equals("57014")) {
      return new StoreReadException(
          Reason.TOO_SLOW, "the store ended the query: " + e.getMessage(), e);
    }
    if (state.startsWith("22") || state.startsWith("54")) {
      return new StoreReadException(
          Reason.IMPOSSIBLE, "the store cannot compute this: " + SqlFailure.words(e), e);
    }
    var unavailable =
        state.isEmpty() // the pool's own words, that it has no connection or is closed
            || e instanceof SQLTransientConnectionException
            || state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("57P")
            || state.startsWith("28")
            || state.startsWith("3D");
    if (unavailable && pool.exhausted()) {
      return new StoreReadException(Reason.BUSY, "all connections are in use", e);
    }
    if (unavailable) {
      return new StoreReadException(
          Reason.UNAVAILABLE, "the store does not answer: " + e.getMessage(), e);
    }
    LOG.error("the store refused a query, SQLSTATE {}", state, e);
    return new StoreReadException(Reason.REFUSED, "the store refused the query", e);
  }
}
