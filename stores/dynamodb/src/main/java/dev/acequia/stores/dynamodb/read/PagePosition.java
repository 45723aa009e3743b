package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.Values;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where a page begins: the keys of the last record before it, made of a query's cursor. */
final class PagePosition {
  private final RecordColumns columns;
  private final ItemKeys keys;

  PagePosition(PipelineDefinition definition) {
    columns = RecordColumns.of(definition);
    keys = ItemKeys.of(definition);
  }

  /** The keys in table and index; empty for the first page. */
  Map<String, AttributeValue> of(Query query, KeyedQuery keyed) {
    if (query.after().isEmpty()) {
      return Map.of();
    }
    var values = new HashMap<Expression, Literal>();
    for (var i = 0; i < query.order().size(); i++) {
      var value = query.after().get(i);
      if (value != null) {
        values.put(query.order().get(i).expression(), value);
      }
    }
    var position = new HashMap<>(tableKey(values));
    var index = keyed.index();
    if (index != null) {
      position.put(index.hash(), attribute(keyed.hash()));
      var range = index.range();
      if (range != null) {
        position.put(
            range,
            attribute(
                keyed.prefix().isEmpty()
                    ? value(values, columns.require(range))
                    : keyed.prefix().getFirst()));
      }
    }
    return position;
  }

  private Map<String, AttributeValue> tableKey(Map<Expression, Literal> values) {
    return columns.keyIsUnique()
        ? keys.of(
            columns.schema().key().stream()
                .map(name -> value(values, columns.require(name)))
                .toList())
        : keys.of(
            new Origin(
                (Integer) value(values, Provenance.GENERATION).value(),
                (Integer) value(values, Provenance.PARTITION).value(),
                (Long) value(values, Provenance.OFFSET).value()));
  }

  private static Literal value(Map<Expression, Literal> values, Expression expression) {
    var value = values.get(expression);
    if (value == null) {
      throw new IllegalArgumentException("a page's order has no " + expression);
    }
    return value;
  }

  private static AttributeValue attribute(Literal value) {
    return Values.of(value)
        .orElseThrow(() -> new IllegalArgumentException("no record has " + value));
  }
}
