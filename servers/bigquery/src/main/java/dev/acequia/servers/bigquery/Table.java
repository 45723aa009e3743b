package dev.acequia.servers.bigquery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.zetasql.TableContent;
import com.google.zetasql.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A table and its rows. Its callers see to it that one at a time changes it. */
final class Table {
  /** A column; a row has a value for each. */
  record Column(String name, ColumnType type, boolean required) {}

  /**
   * The last change of a key.
   *
   * @param row null when the key was deleted
   */
  record Change(Sequence sequence, @Nullable List<Value> row) {}

  private final String name;
  private ObjectNode resource;
  private List<Column> columns;
  private final List<String> key;
  private List<List<Value>> rows = new ArrayList<>();

  /** By the values of the key; of tables that have taken changes. */
  private final Map<List<Value>, Change> changes = new LinkedHashMap<>();

  private boolean takesChanges;
  private long version = 1;
  private @Nullable TableContent content;

  Table(String name, ObjectNode resource) throws ServiceException {
    this.name = name;
    this.resource = resource;
    columns = columns(resource);
    key = new ArrayList<>();
    resource
        .path("tableConstraints")
        .path("primaryKey")
        .path("columns")
        .forEach(column -> key.add(column.asText()));
    for (var column : key) {
      if (index(column) < 0) {
        throw ServiceException.invalid("Field " + column + " in the primary key does not exist");
      }
    }
  }

  private static List<Column> columns(JsonNode resource) throws ServiceException {
    var columns = new ArrayList<Column>();
    var names = new HashSet<String>();
    for (var field : resource.path("schema").path("fields")) {
      var name = field.path("name").asText();
      if (Reserved.isReserved(name)) {
        throw ServiceException.invalid(
            "Invalid field name \"%s\". Field names are not allowed to start with the (case-insensitive) prefixes %s"
                .formatted(name, Reserved.PREFIXES));
      }
      if (!names.add(name.toLowerCase(Locale.ROOT))) {
        throw ServiceException.invalid("Duplicate field name: " + name);
      }
      columns.add(
          new Column(
              name,
              ColumnType.named(field.path("type").asText()),
              field.path("mode").asText().equals("REQUIRED")));
    }
    return columns;
  }

  /** {@code project.dataset.table}. */
  String name() {
    return name;
  }

  ObjectNode resource() {
    return resource;
  }

  List<Column> columns() {
    return columns;
  }

  /** The column whose time says into which partition a row goes; empty when there is none. */
  String partitionColumn() {
    return resource.path("timePartitioning").path("field").asText();
  }

  List<String> key() {
    return key;
  }

  /** Grows with each change. */
  long version() {
    return version;
  }

  boolean takesChanges() {
    return takesChanges;
  }

  /** That of a column; -1 when there is none. */
  int index(String column) {
    for (var i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equalsIgnoreCase(column)) {
        return i;
      }
    }
    return -1;
  }

  List<List<Value>> rows() {
    if (!takesChanges) {
      return rows;
    }
    var now = new ArrayList<>(rows);
    changes
        .values()
        .forEach(
            change -> {
              if (change.row() != null) {
                now.add(change.row());
              }
            });
    return now;
  }

  /** What a query sees. */
  TableContent content() {
    if (content == null) {
      content = TableContent.create(new ArrayList<>(rows()));
    }
    return content;
  }

  void append(Collection<? extends List<Value>> more) {
    rows.addAll(more);
    changed();
  }

  void replace(List<List<Value>> all) {
    rows = new ArrayList<>(all);
    changed();
  }

  private void changed() {
    version++;
    content = null;
  }

  /** Applies changes, each unless the key has a later one. */
  void change(List<Map.Entry<List<Value>, Change>> all) {
    if (!takesChanges) {
      takesChanges = true;
      for (var row : rows) {
        changes.put(keyOf(row), new Change(Sequence.FIRST, row));
      }
      rows = new ArrayList<>();
    }
    for (var one : all) {
      var last = changes.get(one.getKey());
      if (last == null || one.getValue().sequence().compareTo(last.sequence()) >= 0) {
        changes.put(one.getKey(), one.getValue());
      }
    }
    changed();
  }

  /** The last changes by key. */
  Map<List<Value>, Change> changes() {
    return changes;
  }

  /** Takes the changes of a former life. */
  void restore(Map<List<Value>, Change> former) {
    takesChanges = true;
    changes.putAll(former);
    changed();
  }

  List<Value> keyOf(List<Value> row) {
    return key.stream().map(column -> row.get(index(column))).toList();
  }

  /**
   * Takes another resource: more columns that may be null, and columns that may be null from now
   * on.
   */
  void patch(ObjectNode patched) throws ServiceException {
    var wanted = columns(patched);
    var former = new HashMap<String, Column>();
    columns.forEach(column -> former.put(column.name(), column));
    for (var i = 0; i < wanted.size(); i++) {
      var column = wanted.get(i);
      var old = former.remove(column.name());
      if (old == null && column.required()) {
        throw mismatch("Cannot add required fields to an existing schema. (field: %s)", column);
      }
      if (old != null && old.type() != column.type()) {
        throw mismatch("Field %s has changed type", column);
      }
      if (old != null && column.required() && !old.required()) {
        throw mismatch("Field %s has changed mode from NULLABLE to REQUIRED", column);
      }
    }
    if (!former.isEmpty()) {
      throw mismatch("Field %s is missing in new schema", former.values().iterator().next());
    }
    set(wanted);
    resource = patched;
  }

  private ServiceException mismatch(String why, Column column) {
    return ServiceException.invalid(
        "Provided Schema does not match Table %s. %s"
            .formatted(name.replaceFirst("\\.", ":"), why.formatted(column.name())));
  }

  /** Changes a column's type to a wider one. */
  void widen(String column, ColumnType type) throws ServiceException {
    var index = index(column);
    if (index < 0) {
      throw ServiceException.invalidQuery("Column not found: " + column);
    }
    var old = columns.get(index);
    var isWider =
        switch (old.type()) {
          case INT64 ->
              type == ColumnType.NUMERIC
                  || type == ColumnType.BIGNUMERIC
                  || type == ColumnType.FLOAT64;
          case NUMERIC -> type == ColumnType.BIGNUMERIC || type == ColumnType.FLOAT64;
          case STRING, BYTES, FLOAT64, BIGNUMERIC, BOOL, DATE, TIMESTAMP -> false;
        };
    if (old.type() != type && !isWider) {
      throw ServiceException.invalidQuery(
          "ALTER TABLE ALTER COLUMN SET DATA TYPE requires that the existing column type (%s) is assignable to the new type (%s)"
              .formatted(old.type(), type));
    }
    var wanted = new ArrayList<>(columns);
    wanted.set(index, new Column(old.name(), type, old.required()));
    set(wanted);
    for (var field : resource.path("schema").path("fields")) {
      if (field.path("name").asText().equals(old.name())) {
        ((ObjectNode) field).put("type", type.inResults());
      }
    }
  }

  private void set(List<Column> wanted) throws ServiceException {
    var from = wanted.stream().map(column -> index(column.name())).toList();
    var moved = new ArrayList<List<Value>>();
    for (var row : rows) {
      moved.add(moved(row, wanted, from));
    }
    for (var one : changes.entrySet()) {
      var row = one.getValue().row();
      if (row != null) {
        one.setValue(new Change(one.getValue().sequence(), moved(row, wanted, from)));
      }
    }
    rows = moved;
    columns = List.copyOf(wanted);
    changed();
  }

  private static List<Value> moved(List<Value> row, List<Column> wanted, List<Integer> from)
      throws ServiceException {
    var values = new ArrayList<Value>();
    for (var i = 0; i < wanted.size(); i++) {
      var type = wanted.get(i).type();
      values.add(from.get(i) < 0 ? type.none() : type.coerced(row.get(from.get(i))));
    }
    return values;
  }

  /** Bytes that BigQuery counts for some columns. */
  long bytes(Predicate<String> counted) {
    var bytes = 0L;
    for (var row : rows()) {
      for (var i = 0; i < columns.size(); i++) {
        if (counted.test(columns.get(i).name())) {
          bytes += columns.get(i).type().bytes(row.get(i));
        }
      }
    }
    return bytes;
  }
}
