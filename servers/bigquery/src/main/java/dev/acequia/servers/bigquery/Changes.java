package dev.acequia.servers.bigquery;

import com.google.zetasql.Value;
import dev.acequia.servers.bigquery.Engine.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Statements that change rows. The reference implementation analyzes them as they are; what they
 * compute is asked of it by queries made of their parts, since it runs no MERGE.
 */
final class Changes {
  private static final Pattern INSERT =
      Pattern.compile("(?is)\\s*INSERT\\s+(?:INTO\\s+)?(`[^`]+`)\\s*\\(([^)]*)\\)\\s*(.*)");
  private static final Pattern TARGET = Pattern.compile("(?is)(`[^`]+`)(?:\\s+(?:AS\\s+)?(\\w+))?");
  private static final Pattern INSERTED =
      Pattern.compile("(?is)INSERT\\s*\\(([^)]*)\\)\\s*VALUES\\s*\\((.*)\\)");

  private final Engine engine;
  private final String sql;
  private final Map<String, Value> parameters;
  private final Map<String, Table> tables;

  /**
   * A statement.
   *
   * @param tables those that it speaks of, by name
   */
  Changes(Engine engine, String sql, Map<String, Value> parameters, Map<String, Table> tables) {
    this.engine = engine;
    this.sql = sql;
    this.parameters = parameters;
    this.tables = tables;
  }

  /**
   * Makes the change.
   *
   * @return how many rows are new, other or gone
   */
  long run() throws ServiceException {
    var clauses = new Clauses(sql);
    if (clauses.begins("INSERT")) {
      return insert();
    }
    if (clauses.begins("UPDATE")) {
      return update(clauses);
    }
    return clauses.begins("DELETE") ? delete(clauses) : merge(clauses);
  }

  private Table named(String quoted) throws ServiceException {
    var name = quoted.substring(1, quoted.length() - 1);
    var table = tables.get(name);
    if (table == null) {
      throw ServiceException.notFound("Table", name);
    }
    return table;
  }

  private Table changed(String quoted) throws ServiceException {
    var table = named(quoted);
    if (table.takesChanges()) {
      throw ServiceException.invalidQuery(
          "UPDATE, DELETE and MERGE statements over table %s are not supported, since it takes changes"
              .formatted(table.name()));
    }
    return table;
  }

  private Matcher target(String text) throws ServiceException {
    var target = TARGET.matcher(text);
    if (!target.matches()) {
      throw ServiceException.invalidQuery("The stand-in takes one quoted table, and not: " + text);
    }
    return target;
  }

  /** All tables, the changed one with its rows' positions. */
  private Collection<View> views(Table changed) throws ServiceException {
    var views = new HashMap<String, View>();
    for (var table : tables.values()) {
      views.put(table.name(), table == changed ? View.of(table).numbered() : View.of(table));
    }
    return views.values();
  }

  private long insert() throws ServiceException {
    var parts = INSERT.matcher(sql);
    if (!parts.matches()) {
      throw ServiceException.invalidQuery("The stand-in wants INSERT INTO `table` (columns) …");
    }
    var table = named(parts.group(1));
    var columns = Clauses.list(parts.group(2));
    var source = parts.group(3);
    var views = tables.values().stream().map(View::of).toList();
    var rows = new ArrayList<List<Value>>();
    if (new Clauses(source).begins("VALUES")) {
      for (var values : Clauses.list(source.substring("VALUES".length()))) {
        var one = "SELECT " + values.substring(1, values.length() - 1);
        rows.add(row(table, columns, engine.query(one, parameters, views).rows().getFirst()));
      }
    } else {
      for (var values : engine.query(source, parameters, views).rows()) {
        rows.add(row(table, columns, values));
      }
    }
    table.append(rows);
    return rows.size();
  }

  private static List<Value> row(Table table, List<String> names, List<Value> values)
      throws ServiceException {
    var row = new ArrayList<Value>();
    for (var column : table.columns()) {
      row.add(column.type().none());
    }
    for (var i = 0; i < names.size(); i++) {
      var index = table.index(names.get(i).replace("`", ""));
      row.set(index, table.columns().get(index).type().coerced(values.get(i)));
    }
    return checked(table, row);
  }

  private static List<Value> checked(Table table, List<Value> row) throws ServiceException {
    for (var i = 0; i < row.size(); i++) {
      if (table.columns().get(i).required() && row.get(i).isNull()) {
        throw ServiceException.invalidQuery(
            "Required field %s cannot be null".formatted(table.columns().get(i).name()));
      }
    }
    return row;
  }

  private long update(Clauses clauses) throws ServiceException {
    var set = clauses.find("SET", 0);
    var where = clauses.find("WHERE", set);
    var target = target(clauses.between("UPDATE".length(), set));
    var table = changed(target.group(1));
    var assignments = assignments(table, clauses.between(set + "SET".length(), where));
    var select =
        "SELECT %s, %s FROM %s WHERE %s"
            .formatted(
                Engine.ROW,
                String.join(", ", assignments.values()),
                target.group(),
                clauses.between(where + "WHERE".length(), clauses.length()));
    var rows = new ArrayList<>(table.rows());
    var found = engine.query(select, parameters, views(table)).rows();
    for (var one : found) {
      var row = (int) one.getFirst().getInt64Value();
      rows.set(row, updated(table, rows.get(row), assignments, one.subList(1, one.size())));
    }
    if (!found.isEmpty()) {
      table.replace(rows);
    }
    return found.size();
  }

  /** Expressions by the index of their column. */
  private static Map<Integer, String> assignments(Table table, String text) {
    var assignments = new LinkedHashMap<Integer, String>();
    for (var one : Clauses.list(text)) {
      var equals = one.indexOf('=');
      var column = one.substring(0, equals).strip().replace("`", "");
      assignments.put(
          table.index(column.substring(column.lastIndexOf('.') + 1)), one.substring(equals + 1));
    }
    return assignments;
  }

  private static List<Value> updated(
      Table table, List<Value> row, Map<Integer, String> assignments, List<Value> values)
      throws ServiceException {
    var updated = new ArrayList<>(row);
    var i = 0;
    for (int column : assignments.keySet()) {
      updated.set(column, table.columns().get(column).type().coerced(values.get(i++)));
    }
    return checked(table, updated);
  }

  private long delete(Clauses clauses) throws ServiceException {
    var where = clauses.find("WHERE", 0);
    var from = clauses.find("FROM", 0);
    var start = from < 0 ? "DELETE".length() : from + "FROM".length();
    var target = target(clauses.between(start, where));
    var table = changed(target.group(1));
    var select =
        "SELECT %s FROM %s WHERE %s"
            .formatted(
                Engine.ROW,
                target.group(),
                clauses.between(where + "WHERE".length(), clauses.length()));
    var gone = new HashSet<Integer>();
    engine
        .query(select, parameters, views(table))
        .rows()
        .forEach(row -> gone.add((int) row.getFirst().getInt64Value()));
    remove(table, new ArrayList<>(table.rows()), gone, List.of());
    return gone.size();
  }

  private static void remove(
      Table table,
      List<List<Value>> rows,
      HashSet<Integer> gone,
      List<? extends List<Value>> added) {
    var left = new ArrayList<List<Value>>();
    for (var i = 0; i < rows.size(); i++) {
      if (!gone.contains(i)) {
        left.add(rows.get(i));
      }
    }
    left.addAll(added);
    table.replace(left);
  }

  /**
   * A WHEN clause.
   *
   * @param condition TRUE when there is none
   * @param assignments of UPDATE and INSERT; null of DELETE
   */
  private record When(
      boolean matched, String condition, @Nullable Map<Integer, String> assignments) {}

  private long merge(Clauses clauses) throws ServiceException {
    var using = clauses.find("USING", 0);
    var on = clauses.find("ON", using);
    var whens = clauses.all("WHEN", on, clauses.length());
    var into = clauses.find("INTO", 0);
    var start = into > 0 && into < using ? into + "INTO".length() : "MERGE".length();
    var target = target(clauses.between(start, using));
    var alias = target.group(2) == null ? target.group(1) : target.group(2);
    var table = changed(target.group(1));
    var source = clauses.between(using + "USING".length(), on);
    var condition = clauses.between(on + "ON".length(), whens.getFirst());
    var all = new ArrayList<When>();
    for (var i = 0; i < whens.size(); i++) {
      var end = i + 1 < whens.size() ? whens.get(i + 1) : clauses.length();
      all.add(when(table, clauses, whens.get(i), end));
    }
    var number = alias + "." + Engine.ROW;
    var matched =
        pairs(
            all.stream().filter(When::matched).toList(),
            number,
            "%s JOIN %s ON %s".formatted(target.group(), source, condition),
            table);
    var missed =
        pairs(
            all.stream().filter(when -> !when.matched()).toList(),
            number,
            "%s LEFT JOIN %s ON %s WHERE %s IS NULL"
                .formatted(source, target.group(), condition, number),
            table);
    return apply(table, matched, missed);
  }

  private static When when(Table table, Clauses clauses, int from, int to) throws ServiceException {
    var then = clauses.find("THEN", from);
    var head = clauses.between(from, then);
    var and = clauses.find("AND", from);
    var condition = and > 0 && and < then ? clauses.between(and + "AND".length(), then) : "TRUE";
    var isMatched = !head.toUpperCase(Locale.ROOT).startsWith("WHEN NOT");
    var action = clauses.between(then + "THEN".length(), to);
    var inserted = INSERTED.matcher(action);
    if (inserted.matches()) {
      var names = Clauses.list(inserted.group(1));
      var values = Clauses.list(inserted.group(2));
      var assignments = new LinkedHashMap<Integer, String>();
      for (var i = 0; i < names.size(); i++) {
        assignments.put(table.index(names.get(i).replace("`", "")), values.get(i));
      }
      return new When(isMatched, condition, assignments);
    }
    var set = clauses.find("SET", then);
    return set > 0 && set < to
        ? new When(
            isMatched, condition, assignments(table, clauses.between(set + "SET".length(), to)))
        : new When(isMatched, condition, null);
  }

  /** What is to be done with a row of the target, or for a row of the source that has none. */
  private record Pair(int row, When when, List<Value> values) {}

  private List<Pair> pairs(List<When> whens, String number, String from, Table table)
      throws ServiceException {
    if (whens.isEmpty()) {
      return List.of();
    }
    var select = new StringBuilder("SELECT ").append(number).append(", CASE");
    for (var i = 0; i < whens.size(); i++) {
      select.append(" WHEN ").append(whens.get(i).condition()).append(" THEN ").append(i);
    }
    select.append(" ELSE -1 END");
    for (var when : whens) {
      if (when.assignments() != null) {
        for (var expression : when.assignments().values()) {
          select
              .append(", CASE WHEN ")
              .append(when.condition())
              .append(" THEN ")
              .append(expression)
              .append(" END");
        }
      }
    }
    select.append(" FROM ").append(from);
    var pairs = new ArrayList<Pair>();
    for (var row : engine.query(select.toString(), parameters, views(table)).rows()) {
      var which = (int) row.get(1).getInt64Value();
      if (which >= 0) {
        var at = 2;
        for (var when : whens.subList(0, which)) {
          at += when.assignments() == null ? 0 : when.assignments().size();
        }
        var when = whens.get(which);
        var count = when.assignments() == null ? 0 : when.assignments().size();
        pairs.add(
            new Pair(
                row.getFirst().isNull() ? -1 : (int) row.getFirst().getInt64Value(),
                when,
                List.copyOf(row.subList(at, at + count))));
      }
    }
    return pairs;
  }

  private static long apply(Table table, List<Pair> matched, List<Pair> missed)
      throws ServiceException {
    var rows = new ArrayList<>(table.rows());
    var gone = new HashSet<Integer>();
    var touched = new HashSet<Integer>();
    for (var pair : matched) {
      if (!touched.add(pair.row())) {
        throw ServiceException.invalidQuery(
            "UPDATE/MERGE must match at most one source row for each target row");
      }
      var assignments = pair.when().assignments();
      if (assignments == null) {
        gone.add(pair.row());
      } else {
        rows.set(pair.row(), updated(table, rows.get(pair.row()), assignments, pair.values()));
      }
    }
    var added = new ArrayList<List<Value>>();
    for (var pair : missed) {
      var empty = new ArrayList<Value>();
      for (var column : table.columns()) {
        empty.add(column.type().none());
      }
      var assignments = pair.when().assignments();
      if (assignments != null) {
        added.add(updated(table, empty, assignments, pair.values()));
      }
    }
    remove(table, rows, gone, added);
    return (long) matched.size() + added.size();
  }
}
