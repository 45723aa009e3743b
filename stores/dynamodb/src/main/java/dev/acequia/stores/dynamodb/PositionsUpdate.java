package dev.acequia.stores.dynamodb;

import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.position.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The expressions that change some positions and leave the others: each must have the fence and the
 * next offset that it had, and the table its schema.
 */
final class PositionsUpdate {
  private final List<String> updates = new ArrayList<>();
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();
  private final Map<String, AttributeValue> values = new HashMap<>();

  PositionsUpdate(LoadState former, SortedMap<Integer, Position> changed) {
    names.put("#v", LoadState.VERSION);
    names.put("#s", LoadState.SCHEMA);
    names.put("#p", LoadState.PARTITIONS);
    names.put("#f", PositionAttributes.FENCE);
    names.put("#n", PositionAttributes.NEXT);
    values.put(":one", Attributes.number(1));
    values.put(":s", Attributes.text(former.schemaHash()));
    updates.add("#v = #v + :one");
    conditions.add("#s = :s");
    changed.forEach(
        (partition, position) ->
            add(
                partition.toString(),
                Objects.requireNonNull(
                    former.position(partition), "a partition without a position"),
                PositionAttributes.of(position, former.replayFence(partition, position))));
  }

  private void add(String partition, Position former, AttributeValue changed) {
    names.put("#" + partition, partition);
    values.put(":" + partition, changed);
    values.put(":f" + partition, Attributes.number(former.fence()));
    values.put(":n" + partition, Attributes.number(former.next()));
    updates.add("#p.#%1$s = :%1$s".formatted(partition));
    conditions.add("#p.#%1$s.#f = :f%1$s AND #p.#%1$s.#n = :n%1$s".formatted(partition));
  }

  String update() {
    return "SET " + String.join(", ", updates);
  }

  String condition() {
    return String.join(" AND ", conditions);
  }

  Map<String, String> names() {
    return names;
  }

  Map<String, AttributeValue> values() {
    return values;
  }
}
