package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.IndexKey;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Expression.Provenance;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Where a page begins: the keys of the last record before it, made of a query's cursor. Anyone may
 * have written the cursor, and the service refuses a place outside the range that it is to read.
 */
final class PagePosition {
  private final RecordColumns columns;
  private final ItemKeys keys;

  PagePosition(PipelineDefinition definition) {
    columns = RecordColumns.of(definition);
    keys = ItemKeys.of(definition);
  }

  /**
   * The keys in table and index; empty for the first page.
   *
   * @param ends of the range that is read
   * @throws InvalidQueryException when no record of the query can be there
   */
  Map<String, AttributeValue> of(Query query, KeyedQuery keyed, RangeEnds ends) {
    if (query.after().isEmpty()) {
      return Map.of();
    }
    var values = values(query, keyed);
    var tableKey = tableKey(values);
    if (!ItemKeys.fits(tableKey)) {
      throw noPlace();
    }
    var position = new HashMap<>(tableKey);
    var index = keyed.index();
    var rangeKey = index == null ? Attributes.RANGE : index.range();
    if (index != null) {
      position.put(index.hash(), attribute(keyed.hash()));
      if (index.range() != null) {
        position.put(index.range(), attribute(value(values, columns.require(index.range()))));
      }
    }
    var range = rangeKey == null ? null : position.get(rangeKey);
    if (range != null && !ends.contains(range)) {
      throw noPlace();
    }
    return position;
  }

  /** What the cursor says, but for fields that the filters give. */
  private Map<Expression, Literal> values(Query query, KeyedQuery keyed) {
    var values = new HashMap<Expression, Literal>();
    for (var i = 0; i < query.order().size(); i++) {
      var value = query.after().get(i);
      if (value != null) {
        values.put(query.order().get(i).expression(), value);
      }
    }
    var index = keyed.index();
    var hash = index == null ? columns.schema().key().getFirst() : index.hash();
    values.put(columns.require(hash), keyed.hash());
    for (var i = 0; i < keyed.prefix().size(); i++) {
      values.put(columns.require(keyed.sorted().get(i).name()), keyed.prefix().get(i));
    }
    return values;
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
      throw noPlace();
    }
    return value;
  }

  private static AttributeValue attribute(Literal value) {
    return IndexKey.of(value).filter(PagePosition::fits).orElseThrow(PagePosition::noPlace);
  }

  private static boolean fits(AttributeValue key) {
    return key.s() == null || ItemKeys.isHash(key.s().getBytes(StandardCharsets.UTF_8).length);
  }

  private static InvalidQueryException noPlace() {
    return new InvalidQueryException(
        "no record of this query is where the cursor says: follow the link as it was given");
  }
}
