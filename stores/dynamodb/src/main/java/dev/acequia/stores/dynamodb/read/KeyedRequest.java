package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.dynamodb.item.Values;
import dev.acequia.stores.query.KeyedQuery;
import dev.acequia.stores.query.Query;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.Select;

/** Makes a query's request to the service. */
final class KeyedRequest {
  private final String table;
  private final boolean expires;
  private final PagePosition position;

  KeyedRequest(PipelineDefinition definition, StoreDefinition.DynamoDb store) {
    table = store.table();
    expires = store.ttlField() != null;
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
   * The records of a query from where its page begins, of the columns that it has.
   *
   * @return empty when no record can match
   */
  Optional<QueryRequest> records(Query query, KeyedQuery keyed, long nowSeconds) {
    var parts = new Parts();
    return request(keyed, parts, nowSeconds)
        .map(
            request -> {
              var columns =
                  query.columns().stream()
                      .map(ItemRow::attribute)
                      .distinct()
                      .map(parts::name)
                      .toList();
              var start = position.of(query, keyed);
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
    var parts = new Parts();
    return request(keyed, parts, nowSeconds)
        .map(request -> request.select(Select.COUNT).expressionAttributeNames(parts.names).build());
  }

  private Optional<QueryRequest.Builder> request(KeyedQuery keyed, Parts parts, long nowSeconds) {
    var hash = hash(keyed);
    var ends = RangeEnds.of(keyed);
    if (hash == null || ends.isEmpty()) {
      return Optional.empty();
    }
    var index = keyed.index();
    var conditions = new ArrayList<String>();
    conditions.add(
        parts.name(index == null ? Attributes.HASH : index.hash()) + " = " + parts.value(hash));
    var range = index == null ? Attributes.RANGE : index.range();
    if (range != null) {
      conditions.addAll(range(range, ends, parts));
    }
    var request =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression(String.join(" AND ", conditions))
            .scanIndexForward(!keyed.descending());
    if (index == null) {
      request.consistentRead(true);
    } else {
      request.indexName(index.name());
    }
    var filter = filter(keyed, parts, nowSeconds);
    if (!filter.isEmpty()) {
      request.filterExpression(String.join(" AND ", filter));
    }
    return Optional.of(request.expressionAttributeValues(parts.values));
  }

  /** The partition key's value; null when no record can have it. */
  private static @Nullable AttributeValue hash(KeyedQuery keyed) {
    var hash =
        keyed.index() == null ? ItemKeys.hash(keyed.hash()) : Values.of(keyed.hash()).orElse(null);
    var isKey =
        hash != null
            && (hash.s() == null
                || ItemKeys.isHash(hash.s().getBytes(StandardCharsets.UTF_8).length));
    return isKey ? hash : null;
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

  /** Deletions are in the table, and what has expired stays for a while. */
  private List<String> filter(KeyedQuery keyed, Parts parts, long nowSeconds) {
    var filter = new ArrayList<String>();
    if (keyed.index() == null) {
      filter.add("attribute_not_exists(%s)".formatted(parts.name(Attributes.DELETED)));
    }
    if (expires) {
      filter.add(
          "(attribute_not_exists(%1$s) OR %1$s > %2$s)"
              .formatted(
                  parts.name(Attributes.EXPIRES), parts.value(Attributes.number(nowSeconds))));
    }
    return filter;
  }
}
