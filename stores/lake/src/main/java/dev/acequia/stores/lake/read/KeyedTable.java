package dev.acequia.stores.lake.read;

import dev.acequia.contract.Field;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Condition.All;
import dev.acequia.stores.query.Condition.In;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The records of several keys as one statement: files by the keys' bounds, rows by a semi-join.
 * Each row finds by its own key who asked for it.
 */
final class KeyedTable implements KeyReads.Database {
  /** Bounds of files are not compared with more. */
  private static final int MOST_KEYS = 200;

  /** What the rows of one statement may have together. */
  private static final long MOST_BYTES = 16 << 20;

  private final RecordColumns records;
  private final List<Field> key;
  private final ReaderLimits limits;
  private final TablePlans plans;
  private final LocalEngine local;
  private final Scans scans;
  private final ReadThreads threads;
  private volatile long rowBytes;

  KeyedTable(
      RecordColumns records,
      ReaderLimits limits,
      TablePlans plans,
      LocalEngine local,
      Scans scans,
      ReadThreads threads) {
    this.records = records;
    this.limits = limits;
    this.plans = plans;
    this.local = local;
    this.scans = scans;
    this.threads = threads;
    key = records.schema().key().stream().map(name -> records.require(name).field()).toList();
  }

  /** The larger the rows seen lately, the fewer keys go together. */
  @Override
  public int keysAtOnce() {
    return Math.clamp(MOST_BYTES / Math.max(rowBytes, 1), 1, MOST_KEYS);
  }

  @Override
  public void read(List<List<Literal>> keys, KeyReads.Sink sink) throws StoreReadException {
    try {
      threads.run(
          () -> {
            read(keys, sink, Deadline.in(limits.read()));
            return true;
          });
    } catch (IOException e) {
      throw new IllegalStateException("each sink keeps its own", e);
    }
  }

  private void read(List<List<Literal>> keys, KeyReads.Sink sink, Deadline deadline)
      throws StoreReadException, IOException {
    var plan = plans.current(deadline);
    var condition = condition(keys);
    var selected = plan.matching(new Fitting(plan.columns()).of(condition));
    if (selected.files().isEmpty()) {
      return;
    }
    var joins = keys.size() > 1 && key.size() > 1;
    var rows = joins ? rows(keys, plan.columns()) : List.<String>of();
    if (joins && rows.isEmpty()) {
      return;
    }
    var query =
        new Query(
            records.all(),
            joins ? Condition.always() : condition,
            List.of(),
            List.of(),
            Integer.MAX_VALUE,
            0);
    try (var scan = scans.of(selected, deadline)) {
      var from = joins ? scan.from() + join(rows) : scan.from();
      var row = new LakeRow(query.columns(), limits.rowBytes());
      var places = places(keys);
      var largest = new long[1];
      local
          .engine()
          .query(
              new SelectStatement(plan.columns(), from).rows(query, Long.MAX_VALUE),
              deadline,
              chunk -> {
                row.in(chunk);
                for (var i = 0L; i < chunk.rowCount(); i++) {
                  largest[0] = Math.max(largest[0], row.take(i));
                  for (var place : places.getOrDefault(keyOf(row), List.of())) {
                    sink.row(place, row);
                  }
                }
              });
      rowBytes = largest[0];
    }
  }

  /** What holds for the records of the keys: of several fields, for some others as well. */
  private Condition condition(List<List<Literal>> keys) {
    var parts = new ArrayList<Condition>();
    for (var i = 0; i < key.size(); i++) {
      var place = i;
      parts.add(new In(key.get(i), keys.stream().map(one -> one.get(place)).distinct().toList()));
    }
    return new All(parts);
  }

  /** The keys as rows of values, without those that no record can have. */
  private List<String> rows(List<List<Literal>> keys, TableColumns columns) {
    var rows = new ArrayList<String>();
    for (var one : keys) {
      var row = row(one, columns);
      if (row != null) {
        rows.add(row);
      }
    }
    return rows;
  }

  private String join(List<String> rows) {
    var fields =
        IntStream.range(0, key.size()).mapToObj(i -> "k" + i).collect(Collectors.joining(", "));
    var equal =
        IntStream.range(0, key.size())
            .mapToObj(i -> "t." + SqlText.name(key.get(i).name()) + " = k.k" + i)
            .collect(Collectors.joining(" AND "));
    return " SEMI JOIN (VALUES " + String.join(", ", rows) + ") k(" + fields + ") ON " + equal;
  }

  private @Nullable String row(List<Literal> one, TableColumns columns) {
    var values = new ArrayList<String>();
    for (var i = 0; i < one.size(); i++) {
      var name = key.get(i).name();
      var literal = one.get(i);
      if (literal.value() instanceof BigDecimal number) {
        if (!Fitting.fits(number, columns.precision(name), columns.scale(name))) {
          return null;
        }
        literal = new Literal(literal.type(), number.setScale(columns.scale(name)));
      }
      values.add(SqlText.value(literal, columns.scale(name)));
    }
    return "(" + String.join(", ", values) + ")";
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

  private List<Object> keyOf(LakeRow row) {
    var values = new ArrayList<Object>();
    for (var index : records.schema().keyIndexes()) {
      var literal = row.literalAt(index);
      values.add(literal == null ? List.of() : comparable(literal));
    }
    return values;
  }

  /** Equal for what is equal in the table. */
  private static Object comparable(Literal literal) {
    return switch (literal.value()) {
      case BigDecimal number -> number.stripTrailingZeros();
      case Double number -> number + 0.0;
      default -> literal.value();
    };
  }
}
