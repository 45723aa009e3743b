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
 * The plan of the table's current snapshot. One thread asks the catalog at most once in a period,
 * for all waiting queries, and plans a snapshot once. When the catalog does not answer, the last
 * plan serves for a while.
 */
final class TablePlans implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TablePlans.class);

  /** The longest wait for an answer when no plan serves. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final Duration CLOSING = Duration.ofSeconds(2);

  /**
   * How often the catalog is asked.
   *
   * @param period for which a plan is fresh
   * @param patience the longest wait for an answer while the last plan serves
   * @param oldest the age of its question up to which a plan serves
   */
  record Pace(Duration period, Duration patience, Duration oldest) {}

  private final TableSource source;
  private final RecordColumns records;
  private final Manifests manifests;
  private final Pace pace;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("lake-plans").factory());

  // Used only by the thread.
  private @Nullable Table table;

  /** The last question's failure, logged once; empty when it succeeded. */
  private String trouble = "";

  /**
   * A complete plan.
   *
   * @param askedAt when the catalog was asked
   * @param knownAt when the snapshot was planned
   */
  private record Known(TablePlan plan, long askedAt, long knownAt) {}

  private volatile @Nullable Known known;
  private @Nullable Question last;

  /** A question to the catalog: the columns are known before the files. */
  private static final class Question {
    final long askedAt = System.nanoTime();
    final CompletableFuture<TableColumns> columns = new CompletableFuture<>();
    final CompletableFuture<TablePlan> plan = new CompletableFuture<>();

    /** The time left until the question is that old. */
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
   * A plan that was current a period ago or later. While the answer takes longer, the last plan
   * serves.
   *
   * @throws StoreReadException when there is no plan, or the last one is too old
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
   * The table's columns from the catalog, without its files.
   *
   * @throws StoreReadException when the catalog does not answer, or the table is missing or another
   *     one
   */
  TableColumns columns(Deadline deadline) throws StoreReadException {
    var question = ask();
    return awaited(question.columns, question, deadline);
  }

  /** The numbers of files in the last plan. */
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

  /** The open question, or the last one while its answer is fresh; otherwise a new one. */
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
        // Many threads throw it, so each gets its own stack trace.
        throw new StoreReadException(cause.reason(), String.valueOf(cause.getMessage()), cause);
      }
      throw new IllegalStateException("a question failed with an unexpected exception", e);
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
      LOG.warn("the table cannot be planned: {}", words, e);
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
        // No second question: the catalog did not answer the first.
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
              Reason.REFUSED,
              "the catalog or the object store refuses the reader: check its login and rights",
              e);
      case OTHER ->
          new StoreReadException(
              Reason.UNAVAILABLE, "the lake's catalog or its files cannot be reached", e);
    };
  }

  /** Waits for a running question, for a short time. */
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
