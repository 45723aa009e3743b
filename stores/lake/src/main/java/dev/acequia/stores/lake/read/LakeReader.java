package dev.acequia.stores.lake.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Expression.Value;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.OrderTerm.Direction;
import dev.acequia.stores.query.OrderTerm.Nulls;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Answers queries from a pipeline's table in the Apache Iceberg format. */
public final class LakeReader implements StoreReader {
  /** docs/query.md states the first and the last. */
  private static final TablePlans.Pace PACE =
      new TablePlans.Pace(Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(30));

  /** One keeps the engine's threads busy, and the next is planned meanwhile. */
  private static final int KEY_STATEMENTS = 2;

  private final RecordColumns records;
  private final ReaderLimits limits;
  private final TablePlans plans;
  private final LocalEngine local;
  private final Scans scans;
  private final ReadThreads threads;
  private final @Nullable KeyReads byKey;

  LakeReader(RecordColumns records, TableSource source, ReaderLimits limits, LocalEngine local) {
    this.records = records;
    this.limits = limits;
    this.local = local;
    plans = new TablePlans(source, records, new Manifests(limits.planBytes()), PACE);
    scans = new Scans(local, limits.maxFiles());
    threads = new ReadThreads(limits.readsAtOnce(), limits.patience());
    byKey =
        records.keyIsUnique()
            ? new KeyReads(
                new KeyedTable(records, limits, plans, local, scans, threads),
                KEY_STATEMENTS,
                limits.patience())
            : null;
  }

  /** Needs the environment's {@code STORE_*}; connects when first asked. */
  public static LakeReader open(
      PipelineDefinition definition, StoreDefinition.Lake store, Map<String, String> environment) {
    var limits = LocalEngine.limits(store);
    return new LakeReader(
        RecordColumns.of(definition),
        new CatalogTable(store, environment),
        limits,
        new LocalEngine(limits, store.location(), LocalEngine.folder(definition, environment)));
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    threads.run(
        () -> {
          var deadline = Deadline.in(limits.read());
          var plan = plans.current(deadline);
          try (var rows = scans.of(pruned(plan, query), deadline)) {
            var select = new SelectStatement(plan.columns(), rows.from());
            var piece = query;
            while (piece != null) {
              piece = readPiece(select, piece, deadline, sink);
            }
          }
          return true;
        });
  }

  /**
   * Reads the rows of one statement.
   *
   * @return what follows them; null after the last
   */
  private @Nullable Query readPiece(
      SelectStatement select, Query query, Deadline deadline, RowSink sink)
      throws StoreReadException, IOException {
    var wide = SelectStatement.isWide(query);
    var row = new LakeRow(query.columns(), limits.rowBytes());
    var taken = new long[2];
    local
        .engine()
        .query(
            select.rows(query, limits.pieceBytes()),
            deadline,
            chunk -> {
              row.in(chunk);
              for (var i = 0L; i < chunk.rowCount(); i++) {
                taken[1] += row.take(i);
                sink.row(row);
                taken[0]++;
              }
            });
    var rows = (int) taken[0];
    if (!wide || taken[1] < limits.pieceBytes() || rows == query.limit() || rows == 0) {
      return null;
    }
    if (query.order().isEmpty()) {
      throw new IllegalStateException("only one row has no order");
    }
    var last = new ArrayList<@Nullable Literal>();
    for (var term : query.order()) {
      last.add(row.literalAt(query.columns().indexOf(term.expression())));
    }
    return query.startingAfter(last).withLimit(query.limit() - rows);
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    if (byKey == null) {
      throw new IllegalStateException("in append mode no key belongs to one record");
    }
    return byKey.read(key, sink);
  }

  @Override
  public long count(Query query) throws StoreReadException {
    return run(
        deadline -> {
          var plan = plans.current(deadline);
          var selected = matching(plan, query.where());
          if (!query.grouped()
              && query.where().equals(Condition.always())
              && selected.deletes().isEmpty()) {
            return selected.records();
          }
          try (var rows = scans.of(selected, deadline)) {
            return counted(new SelectStatement(plan.columns(), rows.from()).count(query), deadline);
          }
        });
  }

  private long counted(String sql, Deadline deadline) throws StoreReadException, IOException {
    var count = new long[1];
    local.engine().query(sql, deadline, chunk -> count[0] = chunk.vector(0).getLong(0));
    return count[0];
  }

  /** By the counts of files: what a condition leaves out of a file is not known. */
  @Override
  public long estimate(Query query) throws StoreReadException {
    return run(
        deadline -> {
          var selected = matching(plans.current(deadline), query.where());
          var deleted = selected.deletes().stream().mapToLong(PlannedDeletes::records).sum();
          return Math.max(0, selected.records() - deleted);
        });
  }

  @Override
  public void probe() throws StoreReadException {
    run(
        deadline -> {
          var columns = plans.columns(deadline);
          var everything =
              new Query(
                  records.all(), Condition.always(), records.total(List.of()), List.of(), 0, 0);
          readPiece(
              new SelectStatement(columns, columns.nothing()), everything, deadline, row -> {});
          return 0;
        });
  }

  @Override
  public Map<String, LongSupplier> files() {
    return Map.of(
        "rows", () -> plans.counts().rows(),
        "deletes", () -> plans.counts().deletes(),
        "manifests", () -> plans.counts().manifests());
  }

  private interface Numbered {
    long read(Deadline deadline) throws StoreReadException, IOException;
  }

  private long run(Numbered read) throws StoreReadException {
    try {
      return threads.run(() -> read.read(Deadline.in(limits.read())));
    } catch (IOException e) {
      throw new IllegalStateException("there is no sink", e);
    }
  }

  private static TablePlan.Selection matching(TablePlan plan, Condition condition) {
    return plan.matching(new Fitting(plan.columns()).of(condition));
  }

  /** The files that may have rows of the page: its condition, and its cursor's first value. */
  private static TablePlan.Selection pruned(TablePlan plan, Query query) {
    var bound = firstBound(query);
    return matching(plan, bound == null ? query.where() : new All(List.of(query.where(), bound)));
  }

  private static @Nullable Condition firstBound(Query query) {
    if (query.after().isEmpty() || query.grouped()) {
      return null;
    }
    var first = query.order().getFirst();
    var value = query.after().getFirst();
    var nullsFollow = first.expression().nullable() && first.nulls() == Nulls.LAST;
    return value != null && !nullsFollow && first.expression() instanceof Value column
        ? new Comparison(
            column.field(), first.direction() == Direction.ASC ? Operator.GTE : Operator.LTE, value)
        : null;
  }

  @Override
  public void close() {
    threads.close();
    plans.close();
    local.close();
  }
}
