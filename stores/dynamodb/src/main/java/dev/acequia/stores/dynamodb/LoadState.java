package dev.acequia.stores.dynamodb;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.position.Position;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Where the load stands: all positions together are one item, so that a consumer claims its
 * partitions by one write, and a migration changes them all at once.
 *
 * @param version grows by each write
 * @param fill how often the table has been made; what is remembered of a former one is void
 * @param schemaHash the schema that the table has
 */
record LoadState(
    long version, long fill, String schemaHash, SortedMap<Integer, Position> positions) {
  static final String ID = "positions";
  static final String VERSION = "version";
  static final String SCHEMA = "schema";
  static final String PARTITIONS = "partitions";

  private static final String FILL = "fill";

  LoadState {
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
  }

  static LoadState parse(Map<String, AttributeValue> item) {
    var positions = new TreeMap<Integer, Position>();
    Objects.requireNonNull(item.get(PARTITIONS), PARTITIONS)
        .m()
        .forEach(
            (partition, position) ->
                positions.put(Integer.valueOf(partition), PositionAttributes.parse(position)));
    return new LoadState(
        ItemOrigin.number(item, VERSION),
        ItemOrigin.number(item, FILL),
        Objects.requireNonNull(item.get(SCHEMA), SCHEMA).s(),
        positions);
  }

  /** The item, without its key. */
  Map<String, AttributeValue> attributes() {
    var partitions = new HashMap<String, AttributeValue>();
    positions.forEach(
        (partition, position) ->
            partitions.put(partition.toString(), PositionAttributes.of(position)));
    return Map.of(
        VERSION,
        Attributes.number(version),
        FILL,
        Attributes.number(fill),
        SCHEMA,
        Attributes.text(schemaHash),
        PARTITIONS,
        AttributeValue.fromM(partitions));
  }

  @Nullable Position position(int partition) {
    return positions.get(partition);
  }

  /** Whether the load of the definition may ever write to a partition. */
  boolean takes(PipelineDefinition definition, Position position) {
    return schemaHash.equals(definition.schema().hash())
        && position.topicId().equals(definition.topic().uuid());
  }

  /** Whether a claim is good, and nothing was written since under it. */
  boolean isAsClaimed(int partition, String schema, long fence, long next) {
    var position = positions.get(partition);
    return position != null && position.isAsClaimed(fence, next) && schemaHash.equals(schema);
  }
}
