package dev.acequia.stores.postgres;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
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
  private final FetchSize fetchSize = new FetchSize();

  PostgresReader(
      StoreDefinition.Postgres store,
      RecordColumns columns,
      PostgresAccess access,
      ReaderLimits limits) {
    this.pool = new ConnectionPool(access, limits);
    this.maxRowBytes = limits.resultBytes();
    this.select = new SelectStatement(store.schema(), store.table());
    this.byKey = columns.keyIsUnique() ? byKey(store, columns, limits) : null;
    this.guard = new ScanGuard(store, columns, this::planned);
  }

  private KeyReads byKey(
      StoreDefinition.Postgres store, RecordColumns columns, ReaderLimits limits) {
    var statement = new KeyStatement(store.schema(), store.table(), columns);
    // One for each processor keeps them busy; with more, fewer would go together.
    var atOnce = Math.min(Runtime.getRuntime().availableProcessors(), limits.connections());
    return new KeyReads(
        (keys, sink) -> readTogether(statement, keys, sink), atOnce, limits.connectionWait());
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
    guard.checkPage(query, rowsOfPage);
    var rowsAtOnce = fetchSize.rowsAtOnce(query.limit(), expressions.size());
    while (!readInPieces(rowsOfPage, expressions, rowsAtOnce, sink)) {
      rowsAtOnce = FetchSize.fewer(rowsAtOnce, query.limit());
      sink.restart();
    }
  }

  /**
   * Reads a result.
   *
   * @return false when one piece held more than the driver may hold
   */
  private boolean readInPieces(Sql sql, List<Expression> expressions, int rowsAtOnce, RowSink sink)
      throws StoreReadException, IOException {
    try {
      execute(sql, rowsAtOnce, rows -> drain(rows, expressions, rowsAtOnce, sink));
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

  private void readTogether(KeyStatement statement, List<List<Literal>> keys, KeyReads.Sink sink)
      throws StoreReadException {
    var placeColumn = statement.columns().size() + 1;
    try {
      execute(
          statement.of(keys),
          0,
          rows -> {
            var row = new PostgresRow(rows, statement.columns(), maxRowBytes);
            while (row.next() >= 0) {
              var place = rows.getInt(placeColumn);
              if (place < keys.size()) {
                sink.row(place, row);
              }
            }
            return 0;
          });
    } catch (IOException e) {
      throw new IllegalStateException("each sink keeps its own", e);
    }
  }

  @Override
  public long count(Query query) throws StoreReadException {
    var count = select.count(query);
    guard.checkWhole(query, count);
    try {
      return execute(
          count,
          0,
          rows -> {
            rows.next();
            return rows.getLong(1);
          });
    } catch (IOException e) {
      throw new IllegalStateException("a count has no sink", e);
    }
  }

  @Override
  public long estimate(Query query) throws StoreReadException {
    return planned(select.unlimited(query)).rows();
  }

  /** What the database expects of a statement. */
  private QueryPlan planned(Sql sql) throws StoreReadException {
    var json = new StringBuilder();
    try {
      execute(
          SelectStatement.plan(sql),
          0,
          rows -> {
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
      execute(select.probe(), 0, rows -> 0);
    } catch (IOException e) {
      throw new IllegalStateException("a probe has no sink", e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private interface ResultReader {
    long read(ResultSet rows) throws SQLException, IOException;
  }

  /**
   * Runs a statement.
   *
   * @param rowsAtOnce how many rows the server sends at a time; 0 for all
   */
  private long execute(Sql sql, int rowsAtOnce, ResultReader reader)
      throws StoreReadException, IOException {
    try {
      try {
        return executeOnce(sql, rowsAtOnce, reader);
      } catch (SQLException e) {
        if (!isStalePlan(e)) {
          throw e;
        }
        // The table was altered under a statement prepared before; nothing was read yet.
        pool.renew();
        return executeOnce(sql, rowsAtOnce, reader);
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

  private long executeOnce(Sql sql, int rowsAtOnce, ResultReader reader)
      throws SQLException, IOException {
    try (var connection = pool.take()) {
      // A cursor needs a transaction; what comes in one piece is spared its two extra messages.
      connection.setAutoCommit(rowsAtOnce == 0);
      var isBroken = false;
      try (var statement = prepared(connection, sql)) {
        statement.setFetchSize(rowsAtOnce);
        try (var rows = statement.executeQuery()) {
          return reader.read(rows);
        }
      } catch (SQLException e) {
        isBroken = ResultOverflow.of(e) != null;
        throw e;
      } finally {
        if (isBroken) {
          pool.giveUp(connection);
        } else if (rowsAtOnce != 0 && !connection.isClosed()) {
          connection.rollback();
        }
      }
    }
  }

  private long drain(ResultSet rows, List<Expression> expressions, int rowsAtOnce, RowSink sink)
      throws SQLException, IOException {
    var row = new PostgresRow(rows, expressions, maxRowBytes);
    var pace = rowsAtOnce;
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
