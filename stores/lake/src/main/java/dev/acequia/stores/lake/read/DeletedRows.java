package dev.acequia.stores.lake.read;

import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.iceberg.MetadataColumns;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of which files are deleted, as a table of the engine. It grows by the deletes of each
 * new snapshot, and every delete has its sequence number, so that a read of an earlier snapshot
 * does not see it. When a compaction has removed deletes, it is loaded again.
 */
final class DeletedRows {
  /** Delete files per statement: after a timeout, the next read continues here. */
  private static final int FILES_AT_ONCE = 32;

  private static final Duration DROP = Duration.ofSeconds(1);

  /** The columns of a delete file, by Iceberg's ids. */
  private static final String COLUMNS =
      "MAP {%s, %s}"
          .formatted(
              TableColumns.parameter(MetadataColumns.DELETE_FILE_PATH.fieldId(), "file", "VARCHAR"),
              TableColumns.parameter(
                  MetadataColumns.DELETE_FILE_POS.fieldId(), "position", "BIGINT"));

  private final Engine engine;
  private final TableFiles files;
  private final long maxRows;
  private final long maxBytesAtOnce;

  /** Held during a load; the other lock is held only briefly. */
  private final ReentrantLock loading = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Loaded loaded;
  private int tables;

  /**
   * Creates an empty one.
   *
   * @param maxRows the most rows to load
   * @param maxBytesAtOnce of the files held at a time; a larger single file is allowed
   */
  DeletedRows(Engine engine, TableFiles files, long maxRows, long maxBytesAtOnce) {
    this.engine = engine;
    this.files = files;
    this.maxRows = maxRows;
    this.maxBytesAtOnce = maxBytesAtOnce;
  }

  /** One table; guarded by the lock, and changed only by the loading thread. */
  private static final class Loaded {
    final String table;

    /** Sequence numbers of the files that were loaded, by their locations. */
    final Map<String, Long> sequences = new HashMap<>();

    /**
     * What stands for a data file in the table, by its location. Statements are written without the
     * lock.
     */
    final Map<String, Integer> numbers = new ConcurrentHashMap<>();

    int users;
    boolean retired;

    Loaded(String table) {
      this.table = table;
    }

    /** Whether a plan has all that was loaded, but for what came after it. */
    boolean isPartOf(TablePlan plan) {
      var deletes = plan.deletes();
      return sequences.entrySet().stream()
          .allMatch(one -> deletes.containsKey(one.getKey()) || one.getValue() > plan.sequence());
    }

    boolean hasAll(TablePlan plan) {
      return sequences.keySet().containsAll(plan.deletes().keySet());
    }
  }

  /** The deletes of a plan, until it is closed. */
  final class Use implements AutoCloseable {
    private final Loaded of;
    private final long sequence;

    private Use(Loaded of, long sequence) {
      this.of = of;
      this.sequence = sequence;
    }

    /**
     * What leaves out the deleted rows of {@code f}, which {@code read_parquet} reads; empty if
     * none are.
     *
     * @param read the files in its order
     */
    String antiJoin(List<PlannedFile> read) {
      var numbers =
          read.stream().map(file -> of.numbers.getOrDefault(file.location(), -1)).toList();
      var some =
          numbers.stream()
              .filter(number -> number >= 0)
              .distinct()
              .map(String::valueOf)
              .collect(Collectors.joining(", "));
      if (some.isEmpty()) {
        return "";
      }
      return " ANTI JOIN (SELECT file, position FROM %s WHERE sequence <= %d AND file IN (%s)) d ON d.file = list_extract(%s, CAST(f.file_index AS BIGINT) + 1) AND d.position = f.file_row_number"
          .formatted(of.table, sequence, some, SqlText.numbers(numbers));
    }

    @Override
    public void close() {
      lock.lock();
      try {
        of.users--;
        dropIfUnused(of);
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Loads the plan's deletes. Delete files need room in the cache, so the caller must hold no files
   * there.
   */
  Use use(TablePlan plan, Deadline deadline) throws StoreReadException {
    var rows = plan.deletes().values().stream().mapToLong(PlannedDeletes::records).sum();
    if (rows > maxRows) {
      throw new StoreReadException(
          Reason.REFUSED,
          "the table has %,d deleted rows that are not merged away, more than the %,d that the API reads: check that consumers merge its files, or give the API's container more memory"
              .formatted(rows, maxRows));
    }
    var ready = ready(plan);
    if (ready != null) {
      return ready;
    }
    deadline.lock(loading);
    try {
      var current = loaded;
      if (current == null || !current.isPartOf(plan)) {
        current = begin(deadline);
      }
      load(current, plan, deadline);
      return Objects.requireNonNull(ready(plan), "it was loaded");
    } finally {
      loading.unlock();
    }
  }

  /** Does not wait for a load; null when some deletes are not loaded. */
  private @Nullable Use ready(TablePlan plan) {
    lock.lock();
    try {
      var current = loaded;
      if (current == null || !current.isPartOf(plan) || !current.hasAll(plan)) {
        return null;
      }
      current.users++;
      return new Use(current, plan.sequence());
    } finally {
      lock.unlock();
    }
  }

  private Loaded begin(Deadline deadline) throws StoreReadException {
    var begun = new Loaded("deleted_" + tables++);
    engine.execute(
        "CREATE TABLE " + begun.table + " (file INTEGER, position BIGINT, sequence BIGINT)",
        deadline);
    lock.lock();
    try {
      var former = loaded;
      loaded = begun;
      if (former != null) {
        former.retired = true;
        dropIfUnused(former);
      }
    } finally {
      lock.unlock();
    }
    return begun;
  }

  private void dropIfUnused(Loaded table) {
    if (table.retired && table.users == 0) {
      try {
        engine.execute("DROP TABLE " + table.table, Deadline.in(DROP));
      } catch (StoreReadException e) {
        throw new IllegalStateException("nobody uses " + table.table, e);
      }
    }
  }

  private void load(Loaded table, TablePlan plan, Deadline deadline) throws StoreReadException {
    var missing = new ArrayDeque<PlannedDeletes>();
    for (var delete : plan.deletes().values()) {
      if (!table.sequences.containsKey(delete.location())) {
        missing.add(delete);
      }
    }
    while (!missing.isEmpty()) {
      var some = next(missing);
      try (var held = files.hold(some, plan.io(), deadline)) {
        var rows = SqlText.parquet(held.paths(), COLUMNS) + " t";
        var numbers = number(table, rows, deadline);
        if (!numbers.isEmpty()) {
          engine.execute(insert(table, some, rows, numbers), deadline);
        }
      }
      lock.lock();
      try {
        some.forEach(delete -> table.sequences.put(delete.location(), delete.sequence()));
      } finally {
        lock.unlock();
      }
    }
  }

  /** Loads one file, or several that need no more than a part of the cache. */
  private List<PlannedDeletes> next(Deque<PlannedDeletes> missing) {
    var some = new ArrayList<PlannedDeletes>();
    var bytes = 0L;
    while (!missing.isEmpty() && some.size() < FILES_AT_ONCE) {
      bytes += missing.getFirst().bytes();
      if (!some.isEmpty() && bytes > maxBytesAtOnce) {
        break;
      }
      some.add(missing.removeFirst());
    }
    return some;
  }

  /**
   * Numbers the data files that deletes name, by their locations. That is all of them: the next
   * plan may have one that this plan does not have, as when a compaction is rolled back.
   */
  private Map<String, Integer> number(Loaded table, String rows, Deadline deadline)
      throws StoreReadException {
    var named = new LinkedHashMap<String, Integer>();
    try {
      engine.query(
          "SELECT DISTINCT t.file FROM " + rows,
          deadline,
          chunk -> {
            for (var row = 0L; row < chunk.rowCount(); row++) {
              var location = chunk.vector(0).getString(row);
              table.numbers.putIfAbsent(location, table.numbers.size());
              named.put(location, table.numbers.get(location));
            }
          });
    } catch (IOException e) {
      throw new IllegalStateException("nothing else is read", e);
    }
    return named;
  }

  private static String insert(
      Loaded table, List<PlannedDeletes> deletes, String rows, Map<String, Integer> numbers) {
    return "INSERT INTO %s SELECT f.number, t.position, list_extract(%s, CAST(t.file_index AS BIGINT) + 1) FROM %s JOIN (SELECT unnest(%s) AS location, unnest(%s) AS number) f ON f.location = t.file"
        .formatted(
            table.table,
            SqlText.numbers(deletes.stream().map(PlannedDeletes::sequence).toList()),
            rows,
            SqlText.strings(numbers.keySet()),
            SqlText.numbers(numbers.values()));
  }
}
