package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.SelectItem;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The records of several keys as one statement. Its result has all of the schema's fields and then,
 * so that each row finds who asked for it, its key's place among the keys.
 */
final class KeyStatement {
  /** Statements are prepared for so many keys, so that a connection keeps few of them. */
  private static final List<Integer> SIZES = List.of(1, 2, 4, 8, 12, 16, 24, KeyReads.MOST_KEYS);

  private final List<Expression> columns;
  private final List<String> texts;

  /** For the table of records whose key is unique. */
  KeyStatement(String schema, String table, RecordColumns records) {
    columns = records.all().stream().map(SelectItem::expression).toList();
    var key = records.schema().key().stream().map(name -> records.require(name).field()).toList();
    var from = Sql.quoted(schema) + "." + Sql.quoted(table);
    texts = SIZES.stream().map(size -> text(from, key, size)).toList();
  }

  /** The columns before the key's place. */
  List<Expression> columns() {
    return columns;
  }

  /**
   * The statement for some keys, at most {@link KeyReads#MOST_KEYS}. A size that none fill exactly
   * is filled up with the first key again, at places beyond theirs.
   */
  Sql of(List<List<Literal>> keys) {
    var index = 0;
    while (SIZES.get(index) < keys.size()) {
      index++;
    }
    var sql = new Sql().add(texts.get(index));
    for (var place = 0; place < SIZES.get(index); place++) {
      keys.get(place < keys.size() ? place : 0).forEach(sql::value);
    }
    return sql;
  }

  private String text(String table, List<Field> key, int keys) {
    var text = new StringBuilder("SELECT ");
    for (var column : columns) {
      text.append("t.").append(SelectStatement.column(column)).append(", ");
    }
    if (keys == 1) {
      return text.append("0 FROM ")
          .append(table)
          .append(" t WHERE ")
          .append(matches(key, "?::%s"))
          .toString();
    }
    text.append("k.place FROM (VALUES ");
    for (var place = 0; place < keys; place++) {
      text.append(place == 0 ? "(" : ", (").append(place);
      for (var field : key) {
        text.append(", ?::").append(ColumnType.name(field.type()));
      }
      text.append(')');
    }
    text.append(") k(place");
    for (var i = 0; i < key.size(); i++) {
      text.append(", k").append(i);
    }
    return text.append(") JOIN ")
        .append(table)
        .append(" t ON ")
        .append(matches(key, "k.k%2$d"))
        .toString();
  }

  /**
   * Equality of each key field.
   *
   * @param value what it equals, of its type's name and its place in the key
   */
  private static String matches(List<Field> key, String value) {
    return IntStream.range(0, key.size())
        .mapToObj(
            i ->
                "t."
                    + Sql.quoted(key.get(i).name())
                    + " = "
                    + value.formatted(ColumnType.name(key.get(i).type()), i))
        .collect(Collectors.joining(" AND "));
  }
}
