package dev.acequia.stores.lake;

import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.position.Position;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A position as a property of the table has it: {@code
 * fence:next:epoch:topic:schema[:replay:from:until:resume:epoch:accepted]}. No two have the same
 * text, unless nothing happened between them.
 *
 * @param schemaHash the schema that the table has
 */
record FencedPosition(Position position, String schemaHash) {
  /** The property of partition N is this with N after it. */
  static final String PREFIX = "acequia.p.";

  private static final String UNKNOWN = "-";
  private static final int WITHOUT_REPLAY = 5;

  static String key(int partition) {
    return PREFIX + partition;
  }

  /** Those among properties, by their partitions. */
  static SortedMap<Integer, FencedPosition> all(Map<String, String> properties) {
    var positions = new TreeMap<Integer, FencedPosition>();
    properties.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            positions.put(Integer.valueOf(name.substring(PREFIX.length())), parse(value));
          }
        });
    return positions;
  }

  static FencedPosition parse(String text) {
    var parts = text.split(":", -1);
    return new FencedPosition(
        new Position(
            UUID.fromString(parts[3]),
            Long.parseLong(parts[1]),
            epoch(parts[2]),
            Long.parseLong(parts[0]),
            parts.length == WITHOUT_REPLAY
                ? null
                : new PartitionReplay(
                    UUID.fromString(parts[5]),
                    Long.parseLong(parts[6]),
                    Long.parseLong(parts[7]),
                    Long.parseLong(parts[8]),
                    epoch(parts[9]),
                    Boolean.parseBoolean(parts[10]))),
        parts[4]);
  }

  private static @Nullable Integer epoch(String text) {
    return text.equals(UNKNOWN) ? null : Integer.valueOf(text);
  }

  private static String epoch(@Nullable Integer epoch) {
    return epoch == null ? UNKNOWN : epoch.toString();
  }

  @Override
  public String toString() {
    var text =
        "%d:%d:%s:%s:%s"
            .formatted(
                position.fence(),
                position.next(),
                epoch(position.epoch()),
                position.topicId(),
                schemaHash);
    var replay = position.replay();
    return replay == null
        ? text
        : text
            + ":%s:%d:%d:%d:%s:%b"
                .formatted(
                    replay.id(),
                    replay.from(),
                    replay.until(),
                    replay.resume(),
                    epoch(replay.resumeEpoch()),
                    replay.accepted());
  }
}
