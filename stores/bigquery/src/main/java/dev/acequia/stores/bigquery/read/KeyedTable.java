package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.Field;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.Any;
import dev.acequia.stores.query.Condition.Comparison;
import dev.acequia.stores.query.Condition.Comparison.Operator;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The records of several keys as one statement. Each row goes to the reads of its key. */
final class KeyedTable implements KeyReads.Database {
  /**
   * BigQuery bills each statement 10 MiB at least, so one statement reads many keys. 200 keys of 16
   * fields need some 3,400 parameters.
   */
  private static final int MOST_KEYS = 200;

  private final RecordColumns records;
  private final List<Field> key;
  private final SelectStatement select;
  private final QueryJobs jobs;
  private final ReaderLimits limits;

  KeyedTable(RecordColumns records, SelectStatement select, QueryJobs jobs, ReaderLimits limits) {
    this.records = records;
    this.select = select;
    this.jobs = jobs;
    this.limits = limits;
    key = records.schema().key().stream().map(name -> records.require(name).field()).toList();
  }

  @Override
  public int keysAtOnce() {
    return MOST_KEYS;
  }

  @Override
  public void read(List<List<Literal>> keys, KeyReads.Sink sink) throws StoreReadException {
    var query = new Query(records.all(), condition(keys), List.of(), List.of(), keys.size(), 0);
    var types = query.select().stream().map(SelectItem::expression).map(Expression::type).toList();
    var places = places(keys);
    try (var rows = jobs.rows(select.rows(query), types, Deadline.in(limits.read()))) {
      while (rows.next()) {
        for (var place : places.getOrDefault(keyOf(rows), List.of())) {
          sink.row(place, rows.row());
        }
      }
    }
  }

  /**
   * What holds for the records of the keys. A list for the first field comes first, since a table
   * that is clustered by it is not searched for an OR over several fields.
   */
  private Condition condition(List<List<Literal>> keys) {
    var first = new In(key.getFirst(), keys.stream().map(List::getFirst).distinct().toList());
    if (key.size() == 1) {
      return first;
    }
    var whole = keys.stream().distinct().map(this::isKey).toList();
    return new All(List.of(first, new Any(whole)));
  }

  private Condition isKey(List<Literal> one) {
    var parts = new ArrayList<Condition>();
    for (var i = 0; i < key.size(); i++) {
      parts.add(new Comparison(key.get(i), Operator.EQ, one.get(i)));
    }
    return new All(parts);
  }

  /** Where each key stands among those that were asked for; some ask for the same. */
  private static Map<List<Object>, List<Integer>> places(List<List<Literal>> keys) {
    var places = new HashMap<List<Object>, List<Integer>>();
    for (var place = 0; place < keys.size(); place++) {
      places
          .computeIfAbsent(
              keys.get(place).stream().map(KeyedTable::comparable).toList(),
              same -> new ArrayList<>())
          .add(place);
    }
    return places;
  }

  private List<Object> keyOf(ResultRows rows) {
    var values = new ArrayList<Object>();
    for (var index : records.schema().keyIndexes()) {
      var literal = rows.literalAt(index);
      values.add(literal == null ? List.of() : comparable(literal));
    }
    return values;
  }

  /** Equal for what is equal in the table. */
  private static Object comparable(Literal literal) {
    return literal.value() instanceof BigDecimal number
        ? number.stripTrailingZeros()
        : literal.value();
  }
}
