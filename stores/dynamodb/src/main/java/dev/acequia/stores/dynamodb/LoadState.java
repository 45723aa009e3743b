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
 * @param replayFences the fence under which a partition's last replay began: rows with that one or
 *     a later one were written since
 */
record LoadState(
    long version,
    long fill,
    String schemaHash,
    SortedMap<Integer, Position> positions,
    Map<Integer, Long> replayFences) {
  static final String ID = "positions";
  static final String VERSION = "version";
  static final String SCHEMA = "schema";
  static final String PARTITIONS = "partitions";

  private static final String FILL = "fill";

  LoadState {
    positions = Collections.unmodifiableSortedMap(new TreeMap<>(positions));
    replayFences = Map.copyOf(replayFences);
  }

  /** Positions that are not stored yet. */
  LoadState(long fill, String schemaHash, SortedMap<Integer, Position> positions) {
    this(0, fill, schemaHash, positions, Map.of());
  }

  static LoadState parse(Map<String, AttributeValue> item) {
    var positions = new TreeMap<Integer, Position>();
    var replayFences = new HashMap<Integer, Long>();
    Objects.requireNonNull(item.get(PARTITIONS), PARTITIONS)
        .m()
        .forEach(
            (name, position) -> {
              var partition = Integer.valueOf(name);
              positions.put(partition, PositionAttributes.parse(position));
              PositionAttributes.replayFence(position)
                  .ifPresent(fence -> replayFences.put(partition, fence));
            });
    return new LoadState(
        ItemOrigin.number(item, VERSION),
        ItemOrigin.number(item, FILL),
        Objects.requireNonNull(item.get(SCHEMA), SCHEMA).s(),
        positions,
        replayFences);
  }

  /** The state that takes the place of another; null where there is none. */
  LoadState after(@Nullable LoadState former) {
    var fences = new HashMap<Integer, Long>();
    positions.forEach(
        (partition, position) -> {
          if (position.replay() != null) {
            fences.put(
                partition,
                former == null ? position.fence() : former.replayFence(partition, position));
          }
        });
    return new LoadState(
        (former == null ? 0 : former.version) + 1, fill, schemaHash, positions, fences);
  }

  /** The fence under which the replay of a changed position began. */
  long replayFence(int partition, Position changed) {
    var former = positions.get(partition);
    return former != null && Objects.equals(former.replay(), changed.replay())
        ? replayedSince(partition)
        : changed.fence();
  }

  /** The fence under which the last replay began; beyond all fences when it is not known. */
  long replayedSince(int partition) {
    return replayFences.getOrDefault(partition, Long.MAX_VALUE);
  }

  /** The item, without its key. */
  Map<String, AttributeValue> attributes() {
    var partitions = new HashMap<String, AttributeValue>();
    positions.forEach(
        (partition, position) ->
            partitions.put(
                partition.toString(), PositionAttributes.of(position, replayedSince(partition))));
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
