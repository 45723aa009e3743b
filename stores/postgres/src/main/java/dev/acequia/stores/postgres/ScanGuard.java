package dev.acequia.stores.postgres;

import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses queries that would read too much of a large table. A query that an index serves is known
 * by its shape and costs nothing here; only of the others, and only once the table is large, is the
 * database asked what it expects.
 */
final class ScanGuard {
  private static final Duration SIZE_KEPT = Duration.ofMinutes(1);

  /** Asks the database. */
  interface Planner {
    QueryPlan plan(Sql sql, ReadBudget budget) throws StoreReadException;
  }

  /** What reading all of the table costs, and when that was asked. */
  private record Size(QueryPlan scan, long askedAt) {}

  private final long maxRows;
  private final IndexUse indexes;
  private final Sql everything;
  private final Planner planner;
  private volatile @Nullable Size size;

  ScanGuard(StoreDefinition.Postgres store, RecordColumns columns, Planner planner) {
    this.maxRows = store.maxScanRows();
    this.indexes = new IndexUse(store.indexes(), columns);
    this.everything = new SelectStatement(store.schema(), store.table()).everything();
    this.planner = planner;
  }

  /** Passes when one page may be read. */
  void checkPage(Query query, Sql sql, ReadBudget budget) throws StoreReadException {
    if (maxRows > 0 && !indexes.serveFilter(query) && !indexes.serveOrder(query)) {
      check(query, sql, budget);
    }
  }

  /** Passes when all pages may be read. */
  void checkWhole(Query query, Sql sql, ReadBudget budget) throws StoreReadException {
    if (maxRows > 0 && !indexes.serveFilter(query)) {
      check(query, sql, budget);
    }
  }

  private void check(Query query, Sql sql, ReadBudget budget) throws StoreReadException {
    var scan = size(budget).scan();
    if (scan.rows() <= maxRows) {
      return;
    }
    var rows = planner.plan(sql, budget).cost() / scan.cost() * scan.rows();
    if (rows > maxRows) {
      throw new StoreReadException(
          Reason.TOO_COSTLY,
          String.format(
              Locale.ROOT,
              "no index serves this query, and it would cost as much as reading %,.0f rows, where"
                  + " %,d are allowed: %s",
              rows,
              maxRows,
              indexes.advice(query)));
    }
  }

  /** Concurrent requests may ask twice; both answers are right. */
  private Size size(ReadBudget budget) throws StoreReadException {
    var known = size;
    if (known == null || System.nanoTime() - known.askedAt() > SIZE_KEPT.toNanos()) {
      known = new Size(planner.plan(everything, budget), System.nanoTime());
      size = known;
    }
    return known;
  }
}
