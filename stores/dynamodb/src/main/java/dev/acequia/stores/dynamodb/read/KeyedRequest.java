package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.IndexKey;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.query.InvalidQueryException;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Makes a query's request to the service. */
final class KeyedRequest {
  private final String table;
  private final RecordColumns fields;
  private final PagePosition position;

  KeyedRequest(PipelineDefinition definition, StoreDefinition.DynamoDb store) {
    table = store.table();
    fields = RecordColumns.of(definition);
    position = new PagePosition(definition);
  }

  /** One request in the making: its names and values. */
  private static final class Parts {
    final Map<String, String> names = new HashMap<>();
    final Map<String, AttributeValue> values = new HashMap<>();

    String name(String attribute) {
      var known =
          names.entrySet().stream()
              .filter(name -> name.getValue().equals(attribute))
              .map(Map.Entry::getKey)
              .findFirst();
      return known.orElseGet(
          () -> {
            var name = "#a" + names.size();
            names.put(name, attribute);
            return name;
          });
    }

    String value(AttributeValue attribute) {
      var name = ":v" + values.size();
      values.put(name, attribute);
      return name;
    }
  }

  /**
   * The keys of the records that a query asks for.
   *
   * @param hash the partition key that all have
   * @param ends of their sort keys
   */
  private record Keys(AttributeValue hash, RangeEnds ends) {
    /** Empty when no record can have such keys. */
    static Optional<Keys> of(KeyedQuery keyed) {
      return hash(keyed).flatMap(hash -> RangeEnds.of(keyed).map(ends -> new Keys(hash, ends)));
    }

    private static Optional<AttributeValue> hash(KeyedQuery keyed) {
      var hash =
          keyed.index() == null
              ? Optional.of(ItemKeys.hash(keyed.hash()))
              : IndexKey.of(keyed.hash());
      return hash.filter(
          key ->
              key.s() == null || ItemKeys.isHash(key.s().getBytes(StandardCharsets.UTF_8).length));
    }
  }

  /**
   * The records of a query from where its page begins, of the columns that it has.
   *
   * @return empty when no record can match
   * @throws InvalidQueryException when its page begins where none of its records can be
   */
  Optional<QueryRequest> records(Query query, KeyedQuery keyed, long nowSeconds) {
    return Keys.of(keyed)
        .map(
            keys -> {
              var parts = new Parts();
              var request = request(keyed, keys, parts, nowSeconds);
              var columns =
                  query.columns().stream()
                      .map(ItemRow::attribute)
                      .distinct()
                      .map(parts::name)
                      .toList();
              var start = position.of(query, keyed, keys.ends());
              if (!start.isEmpty()) {
                request.exclusiveStartKey(start);
              }
              return request
                  .projectionExpression(String.join(", ", columns))
                  .expressionAttributeNames(parts.names)
                  .build();
            });
  }

  /**
   * The number of records, cursor and limit aside.
   *
   * @return empty when no record can match
   */
  Optional<QueryRequest> count(KeyedQuery keyed, long nowSeconds) {
    return Keys.of(keyed)
        .map(
            keys -> {
              var parts = new Parts();
              return request(keyed, keys, parts, nowSeconds)
                  .select(Select.COUNT)
                  .expressionAttributeNames(parts.names)
                  .build();
            });
  }

  /** Counts up to one record of an index, to ask whether it can be read. */
  QueryRequest anyOf(KeyIndex index) {
    var parts = new Parts();
    var value =
        Attributes.keyType(fields.require(index.hash()).field()) == ScalarAttributeType.N
            ? Attributes.number(0)
            : Attributes.text(Attributes.HASH);
    return QueryRequest.builder()
        .tableName(table)
        .indexName(index.name())
        .keyConditionExpression(parts.name(index.hash()) + " = " + parts.value(value))
        .expressionAttributeNames(parts.names)
        .expressionAttributeValues(parts.values)
        .select(Select.COUNT)
        .limit(1)
        .build();
  }

  private QueryRequest.Builder request(KeyedQuery keyed, Keys keys, Parts parts, long nowSeconds) {
    var index = keyed.index();
    var conditions = new ArrayList<String>();
    conditions.add(
        parts.name(index == null ? Attributes.HASH : index.hash())
            + " = "
            + parts.value(keys.hash()));
    var range = index == null ? Attributes.RANGE : index.range();
    if (range != null) {
      conditions.addAll(range(range, keys.ends(), parts));
    }
    var request =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression(String.join(" AND ", conditions))
            .scanIndexForward(!keyed.descending())
            .filterExpression(isRecord(parts, nowSeconds));
    if (index == null) {
      request.consistentRead(true);
    } else {
      request.indexName(index.name());
    }
    return request.expressionAttributeValues(parts.values);
  }

  private static List<String> range(String attribute, RangeEnds ends, Parts parts) {
    var from = ends.from();
    var to = ends.to();
    if (from != null && to != null) {
      return List.of(
          "%s BETWEEN %s AND %s"
              .formatted(
                  parts.name(attribute), parts.value(from.value()), parts.value(to.value())));
    }
    if (from != null) {
      return List.of(
          "%s %s %s"
              .formatted(
                  parts.name(attribute), from.inclusive() ? ">=" : ">", parts.value(from.value())));
    }
    return to == null
        ? List.of()
        : List.of(
            "%s %s %s"
                .formatted(
                    parts.name(attribute), to.inclusive() ? "<=" : "<", parts.value(to.value())));
  }

  /**
   * Deletions are in the table, and what has expired stays for a while; also where no field says
   * any longer when records expire.
   */
  private static String isRecord(Parts parts, long nowSeconds) {
    return "attribute_not_exists(%1$s) AND (attribute_not_exists(%2$s) OR %2$s > %3$s)"
        .formatted(
            parts.name(Attributes.DELETED),
            parts.name(Attributes.EXPIRES),
            parts.value(Attributes.number(nowSeconds)));
  }
}
