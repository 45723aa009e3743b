package dev.acequia.stores.dynamodb;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.KeyIndex;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * A table as it should be: its keys and indexes.
 *
 * @param types of the attributes that are keys, by their names
 * @param capacity null to pay for each request
 */
record TableShape(
    String name,
    List<KeySchemaElement> keys,
    Map<String, ScalarAttributeType> types,
    Map<String, GlobalSecondaryIndex> indexes,
    @Nullable Capacity capacity) {

  /** That of the records. */
  static TableShape ofRecords(PipelineDefinition definition, StoreDefinition.DynamoDb store) {
    var types = new LinkedHashMap<String, ScalarAttributeType>();
    types.put(Attributes.HASH, ScalarAttributeType.S);
    var range = ItemKeys.of(definition).range();
    if (range != null) {
      types.put(Attributes.RANGE, range);
    }
    var indexes = new LinkedHashMap<String, GlobalSecondaryIndex>();
    for (var index : store.indexes()) {
      for (var field : fields(index)) {
        types.put(
            field,
            Attributes.keyType(
                definition.schema().fields().get(definition.schema().indexOf(field))));
      }
      indexes.put(
          index.name(),
          index(
              index.name(),
              index.hash(),
              index.range(),
              Projection.builder().projectionType(ProjectionType.ALL).build(),
              store.capacity()));
    }
    if (definition.mode() == LoadMode.UPSERT) {
      types.put(Attributes.BUCKET, ScalarAttributeType.S);
      types.put(Attributes.DELETED, ScalarAttributeType.N);
      indexes.put(Attributes.DELETIONS, deletions(store.capacity()));
    }
    return new TableShape(
        store.table(),
        keys(Attributes.HASH, range == null ? null : Attributes.RANGE),
        types,
        indexes,
        store.capacity());
  }

  /** That of what is kept beside the records. */
  static TableShape ofSecond(StoreDefinition.DynamoDb store) {
    return new TableShape(
        TableNames.of(store).second(),
        keys(Attributes.HASH, null),
        Map.of(Attributes.HASH, ScalarAttributeType.S),
        Map.of(),
        null);
  }

  private static List<String> fields(KeyIndex index) {
    var range = index.range();
    return range == null ? List.of(index.hash()) : List.of(index.hash(), range);
  }

  private static GlobalSecondaryIndex deletions(@Nullable Capacity capacity) {
    return index(
        Attributes.DELETIONS,
        Attributes.BUCKET,
        Attributes.DELETED,
        Projection.builder()
            .projectionType(ProjectionType.INCLUDE)
            .nonKeyAttributes(Attributes.GENERATION, Attributes.PARTITION, Attributes.OFFSET)
            .build(),
        capacity);
  }

  private static GlobalSecondaryIndex index(
      String name,
      String hash,
      @Nullable String range,
      Projection projection,
      @Nullable Capacity capacity) {
    var index =
        GlobalSecondaryIndex.builder()
            .indexName(name)
            .keySchema(keys(hash, range))
            .projection(projection);
    if (capacity != null) {
      index.provisionedThroughput(throughput(capacity));
    }
    return index.build();
  }

  private static List<KeySchemaElement> keys(String hash, @Nullable String range) {
    var keys = new ArrayList<KeySchemaElement>();
    keys.add(KeySchemaElement.builder().attributeName(hash).keyType(KeyType.HASH).build());
    if (range != null) {
      keys.add(KeySchemaElement.builder().attributeName(range).keyType(KeyType.RANGE).build());
    }
    return keys;
  }

  static ProvisionedThroughput throughput(Capacity capacity) {
    return ProvisionedThroughput.builder()
        .readCapacityUnits(capacity.read())
        .writeCapacityUnits(capacity.write())
        .build();
  }

  BillingMode billing() {
    return capacity == null ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED;
  }

  List<AttributeDefinition> attributes() {
    return types.entrySet().stream()
        .map(
            type ->
                AttributeDefinition.builder()
                    .attributeName(type.getKey())
                    .attributeType(type.getValue())
                    .build())
        .toList();
  }

  /** The attributes that are keys of a table and its indexes, and those of one index more. */
  List<AttributeDefinition> attributes(TableDescription table, GlobalSecondaryIndex index) {
    var definitions = new LinkedHashMap<String, AttributeDefinition>();
    table.attributeDefinitions().forEach(one -> definitions.put(one.attributeName(), one));
    for (var key : index.keySchema()) {
      definitions.put(
          key.attributeName(),
          AttributeDefinition.builder()
              .attributeName(key.attributeName())
              .attributeType(types.get(key.attributeName()))
              .build());
    }
    return List.copyOf(definitions.values());
  }

  CreateTableRequest creation() {
    var request =
        CreateTableRequest.builder()
            .tableName(name)
            .keySchema(keys)
            .attributeDefinitions(attributes())
            .billingMode(billing());
    if (!indexes.isEmpty()) {
      request.globalSecondaryIndexes(indexes.values());
    }
    if (capacity != null) {
      request.provisionedThroughput(throughput(capacity));
    }
    return request.build();
  }

  /** Whether the table has these keys, which cannot be changed. */
  boolean hasKeys(TableDescription table) {
    return hasKeys(table, table.keySchema(), keys);
  }

  private boolean hasKeys(
      TableDescription table, List<KeySchemaElement> found, List<KeySchemaElement> wanted) {
    var definitions =
        table.attributeDefinitions().stream()
            .collect(
                Collectors.toMap(
                    AttributeDefinition::attributeName, AttributeDefinition::attributeType));
    return found.equals(wanted)
        && wanted.stream()
            .allMatch(
                key ->
                    Objects.equals(
                        types.get(key.attributeName()), definitions.get(key.attributeName())));
  }

  /** Whether the table has an index as it should be. */
  boolean hasIndex(TableDescription table, String index) {
    var wanted = indexes.get(index);
    return wanted != null
        && found(table, index)
            .filter(one -> hasKeys(table, one.keySchema(), wanted.keySchema()))
            .filter(one -> isSame(one.projection(), wanted.projection()))
            .isPresent();
  }

  private static boolean isSame(Projection found, Projection wanted) {
    return found.projectionType() == wanted.projectionType()
        && Set.copyOf(found.nonKeyAttributes()).equals(Set.copyOf(wanted.nonKeyAttributes()));
  }

  static Optional<GlobalSecondaryIndexDescription> found(TableDescription table, String index) {
    return table.globalSecondaryIndexes().stream()
        .filter(one -> one.indexName().equals(index))
        .findFirst();
  }

  /** What the table lacks, as sentences; empty when it is as it should be. */
  List<String> differences(TableDescription table) {
    var found = new ArrayList<String>();
    if (!hasKeys(table)) {
      found.add("Table %s has another key: it needs %s.".formatted(name, text(keys)));
    }
    indexes.forEach(
        (index, wanted) -> {
          if (!hasIndex(table, index)) {
            found.add(
                "Table %s needs the global secondary index %s with %s, and the projection %s."
                    .formatted(
                        name, index, text(wanted.keySchema()), projection(wanted.projection())));
          }
        });
    return found;
  }

  /** What a person creates by hand. */
  String text() {
    return "%s with %s%s"
        .formatted(
            name,
            text(keys),
            indexes.isEmpty()
                ? ""
                : indexes.values().stream()
                    .map(
                        index ->
                            "index %s with %s, projection %s"
                                .formatted(
                                    index.indexName(),
                                    text(index.keySchema()),
                                    projection(index.projection())))
                    .collect(Collectors.joining(", ", ", ", "")));
  }

  private String text(List<KeySchemaElement> elements) {
    return elements.stream()
        .map(
            key ->
                "%s key %s (%s)"
                    .formatted(
                        key.keyType() == KeyType.HASH ? "partition" : "sort",
                        key.attributeName(),
                        types.get(key.attributeName())))
        .collect(Collectors.joining(" and "));
  }

  private static String projection(Projection projection) {
    return projection.projectionType() == ProjectionType.ALL
        ? "ALL"
        : "INCLUDE " + String.join(", ", projection.nonKeyAttributes());
  }
}
