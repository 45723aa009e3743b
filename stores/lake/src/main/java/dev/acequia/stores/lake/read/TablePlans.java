package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.lake.catalog.CatalogFailure;
import dev.acequia.stores.query.RecordColumns;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.iceberg.Table;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan of the table's current snapshot. The catalog is asked at most once in a period, on a
 * thread of its own, for all who wait; a snapshot is planned once. Where the catalog does not
 * answer, the last plan serves for a while.
 */
final class TablePlans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TablePlans.class);

  /** How long an answer is awaited where no plan serves. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final Duration CLOSING = Duration.ofSeconds(2);

  /**
   * How often the catalog is asked.
   *
   * @param period for which a plan is not asked for again
   * @param patience with an answer while the last plan serves
   * @param oldest how long ago the catalog was asked for a plan that serves
   */
  record Pace(Duration period, Duration patience, Duration oldest) {}

  private final TableSource source;
  private final RecordColumns records;
  private final Manifests manifests;
  private final Pace pace;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("lake-plans").factory());

  // Used by the thread alone.
  private @Nullable Table table;

  /** Why the last question failed, which is logged once; empty when it did not. */
  private String trouble = "";

  /**
   * A plan that is there.
   *
   * @param askedAt when the catalog was asked
   * @param knownAt when the snapshot was planned
   */
  private record Known(TablePlan plan, long askedAt, long knownAt) {}

  private volatile @Nullable Known known;
  private @Nullable Question last;

  /** What the catalog was asked at some time: the columns are known before the files. */
  private static final class Question {
    final long askedAt = System.nanoTime();
    final CompletableFuture<TableColumns> columns = new CompletableFuture<>();
    final CompletableFuture<TablePlan> plan = new CompletableFuture<>();

    /** Until it has been open for so long. */
    long leftNanos(Duration most) {
      return Math.max(0, most.toNanos() - ageNanos());
    }

    long ageNanos() {
      return System.nanoTime() - askedAt;
    }

    void fail(StoreReadException e) {
      columns.completeExceptionally(e);
      plan.completeExceptionally(e);
    }
  }

  TablePlans(TableSource source, RecordColumns records, Manifests manifests, Pace pace) {
    this.source = source;
    this.records = records;
    this.manifests = manifests;
    this.pace = pace;
  }

  /**
   * A plan that was current a period ago or later. While the answer takes longer, the last one
   * serves.
   *
   * @throws StoreReadException when there is none, or the catalog was last asked for it too long
   *     ago
   */
  TablePlan current(Deadline deadline) throws StoreReadException {
    var fresh = fresh();
    if (fresh != null) {
      return fresh;
    }
    var question = ask();
    var serving = serving();
    if (serving == null) {
      return awaited(question.plan, question, deadline);
    }
    try {
      return answer(question.plan, question.leftNanos(pace.patience()));
    } catch (TimeoutException e) {
      return serving;
    } catch (StoreReadException e) {
      if (e.reason() == Reason.UNAVAILABLE) {
        return serving;
      }
      throw e;
    }
  }

  /**
   * The table's columns as the catalog tells them, whatever its files are.
   *
   * @throws StoreReadException when it does not answer, or the table is not there or is another
   */
  TableColumns columns(Deadline deadline) throws StoreReadException {
    var question = ask();
    return awaited(question.columns, question, deadline);
  }

  /** How many files the table had when it was planned last. */
  Manifests.Counts counts() {
    return manifests.counts();
  }

  private @Nullable TablePlan fresh() {
    var before = known;
    return before != null && System.nanoTime() - before.knownAt() < pace.period().toNanos()
        ? before.plan()
        : null;
  }

  private @Nullable TablePlan serving() {
    var before = known;
    return before != null && System.nanoTime() - before.askedAt() < pace.oldest().toNanos()
        ? before.plan()
        : null;
  }

  /** The question that is open, or whose answer is fresh; else a new one. */
  private synchronized Question ask() throws StoreReadException {
    var before = last;
    if (before != null
        && (!before.plan.isDone() || !before.plan.isCompletedExceptionally() && fresh() != null)) {
      return before;
    }
    var question = new Question();
    try {
      thread.execute(() -> find(question));
    } catch (RejectedExecutionException e) {
      throw new StoreReadException(Reason.UNAVAILABLE, "the reader is closed", e);
    }
    last = question;
    return question;
  }

  private static <T> T awaited(CompletableFuture<T> answer, Question question, Deadline deadline)
      throws StoreReadException {
    try {
      return answer(answer, Math.min(question.leftNanos(SILENCE), deadline.leftNanos()));
    } catch (TimeoutException e) {
      throw new StoreReadException(
          Reason.UNAVAILABLE,
          "the lake's catalog or its files have not answered for %d s"
              .formatted(TimeUnit.NANOSECONDS.toSeconds(question.ageNanos())),
          e);
    }
  }

  private static <T> T answer(CompletableFuture<T> answer, long nanos)
      throws StoreReadException, TimeoutException {
    try {
      return answer.get(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw Deadline.interrupted(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StoreReadException cause) {
        // Many threads throw it, each with its own stack.
        throw new StoreReadException(cause.reason(), String.valueOf(cause.getMessage()), cause);
      }
      throw new IllegalStateException("a question fails with what readers throw", e);
    }
  }

  private void find(Question question) {
    try {
      var asked = refreshed();
      var columns = TablePlan.columns(asked, records);
      question.columns.complete(columns);
      var before = known;
      var plan =
          before != null && before.plan().isOf(asked)
              ? before.plan()
              : TablePlan.of(asked, columns, manifests);
      known = new Known(plan, question.askedAt, System.nanoTime());
      trouble = "";
      question.plan.complete(plan);
    } catch (StoreReadException e) {
      fail(question, e);
    } catch (RuntimeException e) {
      table = null;
      fail(question, translated(e));
    } catch (Error e) {
      fail(question, translated(e));
      throw e;
    }
  }

  private void fail(Question question, StoreReadException e) {
    if (e.reason() != Reason.UNAVAILABLE) {
      known = null;
    }
    var words = String.valueOf(e.getMessage());
    if (!words.equals(trouble) && !thread.isShutdown()) {
      LOG.warn("no plan of the table: {}", words, e);
    }
    trouble = words;
    question.fail(e);
  }

  /** A table that was dropped and created again is another one. */
  private Table refreshed() {
    var asked = table;
    if (asked != null) {
      try {
        asked.refresh();
        return asked;
      } catch (UncheckedSQLException | UncheckedIOException e) {
        // Whoever does not answer is not asked a second time.
        throw e;
      } catch (RuntimeException e) {
        table = null;
      }
    }
    asked = source.load();
    table = asked;
    return asked;
  }

  private static StoreReadException translated(Throwable e) {
    return switch (CatalogFailure.of(e)) {
      case NO_TABLE -> new StoreReadException(Reason.REFUSED, "the table does not exist", e);
      case NO_NAMESPACE ->
          new StoreReadException(Reason.REFUSED, "the table's namespace does not exist", e);
      case FOREIGN_FILE ->
          new StoreReadException(Reason.REFUSED, String.valueOf(e.getMessage()), e);
      case NO_RIGHT ->
          new StoreReadException(
              Reason.REFUSED, "the catalog or the object store refuses the reader", e);
      case OTHER ->
          new StoreReadException(
              Reason.UNAVAILABLE, "the lake's catalog or its files cannot be reached", e);
    };
  }

  /** Waits for an answer that is under way, but not for one that does not come. */
  @Override
  public void close() {
    manifests.close();
    var closed = thread.submit(source::close);
    thread.shutdown();
    try {
      closed.get(CLOSING.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the catalog cannot be closed", e);
    }
  }
}
