package dev.acequia.servers.bigquery;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zetasql.Value;
import dev.acequia.servers.bigquery.Engine.Answer;
import dev.acequia.servers.bigquery.Engine.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Datasets, tables and streams. One call at a time changes them; queries run beside each other. */
final class Warehouse {
  private static final Pattern WIDENING =
      Pattern.compile(
          "(?is)\\s*ALTER\\s+TABLE\\s+`([^`]+)`\\s+ALTER\\s+COLUMN\\s+`?(\\w+)`?\\s+SET\\s+DATA\\s+TYPE\\s+(\\w+)\\s*;?\\s*");
  private static final long MEBIBYTE = 1L << 20;

  /** What the service bills at least. https://cloud.google.com/bigquery/pricing */
  private static final long LEAST_BILLED = 10 * MEBIBYTE;

  private static final Answer NO_ROWS = new Answer(List.of(), List.of());

  private final Engine engine;

  /** By {@code project.dataset}. */
  private final Map<String, ObjectNode> datasets = new LinkedHashMap<>();

  /** By {@code project.dataset.table}. */
  private final Map<String, Table> tables = new LinkedHashMap<>();

  /** By the name that clients know. */
  private final Map<String, Stream> streams = new HashMap<>();

  /** A committed stream. */
  static final class Stream {
    private final String table;
    private long rows;
    private boolean isFinal;

    Stream(String table, long rows, boolean isFinal) {
      this.table = table;
      this.rows = rows;
      this.isFinal = isFinal;
    }

    String table() {
      return table;
    }

    long rows() {
      return rows;
    }

    boolean isFinal() {
      return isFinal;
    }
  }

  Warehouse(Engine engine) {
    this.engine = engine;
  }

  /**
   * What came of a statement.
   *
   * @param answer the rows of a query; none of other statements
   * @param changed rows that it changed; null of a query
   */
  record Outcome(Answer answer, @Nullable Long changed, long bytes) {}

  synchronized void addDataset(String name, ObjectNode resource) throws ServiceException {
    if (datasets.putIfAbsent(name, resource) != null) {
      throw ServiceException.duplicate("Dataset", name.replace('.', ':'));
    }
  }

  synchronized ObjectNode dataset(String name) throws ServiceException {
    var dataset = datasets.get(name);
    if (dataset == null) {
      throw ServiceException.notFound("Dataset", name.replace('.', ':'));
    }
    return dataset;
  }

  synchronized void dropDataset(String name, boolean withTables) throws ServiceException {
    dataset(name);
    var inside = tables.keySet().stream().filter(table -> table.startsWith(name + ".")).toList();
    if (!inside.isEmpty() && !withTables) {
      throw ServiceException.invalid("Dataset %s is still in use".formatted(name));
    }
    inside.forEach(this::forget);
    datasets.remove(name);
  }

  private void forget(String table) {
    tables.remove(table);
    streams.values().removeIf(stream -> stream.table().equals(table));
  }

  synchronized Table addTable(String dataset, String name, ObjectNode resource)
      throws ServiceException {
    dataset(dataset);
    if (tables.containsKey(dataset + "." + name)) {
      throw ServiceException.duplicate("Table", shown(dataset + "." + name));
    }
    var table = new Table(dataset + "." + name, resource);
    tables.put(table.name(), table);
    return table;
  }

  synchronized Table table(String name) throws ServiceException {
    var table = tables.get(name);
    if (table == null) {
      throw ServiceException.notFound("Table", shown(name));
    }
    return table;
  }

  synchronized List<String> tables(String dataset) throws ServiceException {
    dataset(dataset);
    return tables.keySet().stream().filter(table -> table.startsWith(dataset + ".")).toList();
  }

  private static String shown(String name) {
    return name.replaceFirst("\\.", ":");
  }

  synchronized void patch(String name, ObjectNode resource) throws ServiceException {
    table(name).patch(resource);
  }

  synchronized void dropTable(String name) throws ServiceException {
    table(name);
    forget(name);
  }

  /** A resource with what is known of the rows now. */
  synchronized ObjectNode described(String name) throws ServiceException {
    var table = table(name);
    return table
        .resource()
        .deepCopy()
        .put("numRows", Integer.toString(table.rows().size()))
        .put("numBytes", Long.toString(table.bytes(column -> true)))
        .put("etag", "v" + table.version())
        .put("lastModifiedTime", Long.toString(table.version()));
  }

  /** All rows, for {@code tabledata.list}. */
  synchronized Answer rows(String name) throws ServiceException {
    var table = table(name);
    return new Answer(table.columns(), List.copyOf(table.rows()));
  }

  /**
   * Runs a statement.
   *
   * @param mostBytes that may be billed; null where there is no limit
   * @param isDry whether it is only analyzed
   */
  Outcome run(String sql, Map<String, Value> parameters, @Nullable Long mostBytes, boolean isDry)
      throws ServiceException {
    var widening = WIDENING.matcher(sql);
    if (widening.matches()) {
      synchronized (this) {
        table(widening.group(1)).widen(widening.group(2), ColumnType.named(widening.group(3)));
      }
      return new Outcome(NO_ROWS, 0L, 0);
    }
    var names = engine.tables(sql);
    var clauses = new Clauses(sql);
    var changes = List.of("INSERT", "UPDATE", "DELETE", "MERGE").stream().anyMatch(clauses::begins);
    if (changes) {
      synchronized (this) {
        var found = new HashMap<String, Table>();
        for (var name : names) {
          found.put(name, table(name));
        }
        engine.check(sql, parameters, found.values().stream().map(View::of).toList());
        var changed = isDry ? 0L : new Changes(engine, sql, parameters, found).run();
        return new Outcome(NO_ROWS, changed, 0);
      }
    }
    var views = new ArrayList<View>();
    synchronized (this) {
      for (var name : names) {
        views.add(View.of(table(name)));
      }
    }
    var bytes = isDry || mostBytes != null ? bytes(sql, parameters, views) : 0;
    if (mostBytes != null && billed(bytes) > mostBytes) {
      throw ServiceException.tooCostly(mostBytes, billed(bytes));
    }
    var answer = isDry ? NO_ROWS : engine.query(sql, parameters, views);
    return new Outcome(answer, null, bytes);
  }

  private static long billed(long bytes) {
    return Math.max(LEAST_BILLED, (bytes + MEBIBYTE - 1) / MEBIBYTE * MEBIBYTE);
  }

  private long bytes(String sql, Map<String, Value> parameters, List<View> views)
      throws ServiceException {
    var read = engine.read(sql, parameters, views);
    var bytes = 0L;
    for (var one : read.entrySet()) {
      Predicate<String> counted = one.getValue()::contains;
      synchronized (this) {
        bytes += table(one.getKey()).bytes(counted);
      }
    }
    return bytes;
  }

  /** Begins a committed stream. */
  synchronized String addStream(String table) throws ServiceException {
    table(table);
    var path = table.split("\\.", 3);
    var name =
        "projects/%s/datasets/%s/tables/%s/streams/%s"
            .formatted(path[0], path[1], path[2], UUID.randomUUID());
    streams.put(name, new Stream(table, 0, false));
    return name;
  }

  /** A stream; null when there is none, or its table is gone. */
  synchronized @Nullable Stream stream(String name) {
    return streams.get(name);
  }

  synchronized Map<String, Stream> streams() {
    return Map.copyOf(streams);
  }

  synchronized void restore(String name, Stream stream) {
    streams.put(name, stream);
  }

  synchronized @Nullable Stream end(String name) {
    var stream = streams.get(name);
    if (stream != null) {
      stream.isFinal = true;
    }
    return stream;
  }

  /** What became of an append to a committed stream. */
  enum Appended {
    STORED,
    NO_STREAM,
    FINAL,
    THERE_ALREADY,
    GAP
  }

  /**
   * Appends rows to a committed stream.
   *
   * @param offset null to append at its end
   */
  synchronized Appended append(String name, @Nullable Long offset, List<List<Value>> rows)
      throws ServiceException {
    var stream = streams.get(name);
    if (stream == null) {
      return Appended.NO_STREAM;
    }
    if (stream.isFinal) {
      return Appended.FINAL;
    }
    if (offset != null && offset < stream.rows) {
      return Appended.THERE_ALREADY;
    }
    if (offset != null && offset > stream.rows) {
      return Appended.GAP;
    }
    table(stream.table).append(rows);
    stream.rows += rows.size();
    return Appended.STORED;
  }

  /** Appends rows to a table by its default stream. */
  synchronized void append(String table, List<List<Value>> rows) throws ServiceException {
    table(table).append(rows);
  }

  /** Applies changes that came by a table's default stream. */
  synchronized void change(String table, List<Map.Entry<List<Value>, Table.Change>> changes)
      throws ServiceException {
    table(table).change(changes);
  }

  synchronized Map<String, ObjectNode> datasets() {
    return new LinkedHashMap<>(datasets);
  }

  synchronized List<Table> allTables() {
    return List.copyOf(tables.values());
  }

  synchronized void restore(Table table) {
    tables.put(table.name(), table);
  }
}
