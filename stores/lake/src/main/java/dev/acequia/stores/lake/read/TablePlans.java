package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.RecordColumns;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.jspecify.annotations.Nullable;

/**
 * The plan of the table's current snapshot. The catalog is asked at most once in a period, by one
 * thread for all; a snapshot is planned once.
 */
final class TablePlans implements AutoCloseable {
  private final TableSource source;
  private final RecordColumns records;
  private final int maxFiles;
  private final long periodNanos;

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Table table;

  private record Known(TablePlan plan, long askedAt) {}

  private volatile @Nullable Known known;

  TablePlans(TableSource source, RecordColumns records, int maxFiles, Duration period) {
    this.source = source;
    this.records = records;
    this.maxFiles = maxFiles;
    periodNanos = period.toNanos();
  }

  /** A plan that was current a period ago or later. */
  TablePlan current(Deadline deadline) throws StoreReadException {
    var fresh = fresh();
    if (fresh != null) {
      return fresh;
    }
    try {
      if (!lock.tryLock(deadline.leftNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreReadException(Reason.UNAVAILABLE, "the read was interrupted", e);
    }
    try {
      fresh = fresh();
      return fresh == null ? ask() : fresh;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable TablePlan fresh() {
    var last = known;
    return last != null && System.nanoTime() - last.askedAt() < periodNanos ? last.plan() : null;
  }

  private TablePlan ask() throws StoreReadException {
    var askedAt = System.nanoTime();
    try {
      var asked = refreshed();
      var last = known;
      var plan =
          last != null && last.plan().isOf(asked)
              ? last.plan()
              : TablePlan.of(asked, records, maxFiles);
      known = new Known(plan, askedAt);
      return plan;
    } catch (RuntimeException e) {
      table = null;
      throw translated(e);
    }
  }

  /** A table that was dropped and created again is another one. */
  private Table refreshed() {
    var asked = table;
    if (asked != null) {
      try {
        asked.refresh();
        return asked;
      } catch (RuntimeException e) {
        table = null;
        known = null;
      }
    }
    asked = source.load();
    table = asked;
    return asked;
  }

  private static StoreReadException translated(RuntimeException e) {
    return switch (e) {
      case NoSuchTableException missing ->
          new StoreReadException(Reason.REFUSED, "the table does not exist", missing);
      case NoSuchNamespaceException missing ->
          new StoreReadException(Reason.REFUSED, "the table's namespace does not exist", missing);
      case ForbiddenException forbidden ->
          new StoreReadException(Reason.REFUSED, "the catalog refuses the reader", forbidden);
      case NotAuthorizedException refused ->
          new StoreReadException(
              Reason.UNAVAILABLE, "the catalog refuses the reader's login", refused);
      default ->
          new StoreReadException(
              Reason.UNAVAILABLE, "the lake's catalog or its files cannot be reached", e);
    };
  }

  @Override
  public void close() {
    source.close();
  }
}
