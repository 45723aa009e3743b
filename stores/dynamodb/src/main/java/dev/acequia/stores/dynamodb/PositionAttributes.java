package dev.acequia.stores.dynamodb;

import dev.acequia.stores.PartitionReplay;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.position.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A position as an attribute. */
final class PositionAttributes {
  static final String FENCE = "fence";
  static final String NEXT = "next";

  private static final String EPOCH = "epoch";
  private static final String TOPIC = "topic";
  private static final String REPLAY = "replay";
  private static final String ID = "id";
  private static final String FROM = "from";
  private static final String UNTIL = "until";
  private static final String RESUME = "resume";
  private static final String ACCEPTED = "accepted";
  private static final String SINCE = "since";

  private PositionAttributes() {}

  /**
   * The attribute.
   *
   * @param replayFence under which its replay began; without a meaning where it has none
   */
  static AttributeValue of(Position position, long replayFence) {
    var map = new HashMap<String, AttributeValue>();
    map.put(FENCE, Attributes.number(position.fence()));
    map.put(NEXT, Attributes.number(position.next()));
    map.put(TOPIC, Attributes.text(position.topicId().toString()));
    putEpoch(map, position.epoch());
    var replay = position.replay();
    if (replay != null) {
      map.put(REPLAY, AttributeValue.fromM(replay(replay, replayFence)));
    }
    return AttributeValue.fromM(map);
  }

  private static Map<String, AttributeValue> replay(PartitionReplay replay, long fence) {
    var map = new HashMap<String, AttributeValue>();
    map.put(ID, Attributes.text(replay.id().toString()));
    map.put(FROM, Attributes.number(replay.from()));
    map.put(UNTIL, Attributes.number(replay.until()));
    map.put(RESUME, Attributes.number(replay.resume()));
    map.put(ACCEPTED, AttributeValue.fromBool(replay.accepted()));
    map.put(SINCE, Attributes.number(fence));
    putEpoch(map, replay.resumeEpoch());
    return map;
  }

  private static void putEpoch(Map<String, AttributeValue> map, @Nullable Integer epoch) {
    if (epoch != null) {
      map.put(EPOCH, Attributes.number(epoch));
    }
  }

  static Position parse(AttributeValue attribute) {
    var map = attribute.m();
    var replay = map.get(REPLAY);
    return new Position(
        UUID.fromString(value(map, TOPIC).s()),
        number(map, NEXT),
        epoch(map),
        number(map, FENCE),
        replay == null ? null : replay(replay));
  }

  /** The fence under which the replay began; empty where there is none. */
  static Optional<Long> replayFence(AttributeValue attribute) {
    return Optional.ofNullable(attribute.m().get(REPLAY)).map(replay -> number(replay.m(), SINCE));
  }

  private static PartitionReplay replay(AttributeValue attribute) {
    var map = attribute.m();
    return new PartitionReplay(
        UUID.fromString(value(map, ID).s()),
        number(map, FROM),
        number(map, UNTIL),
        number(map, RESUME),
        epoch(map),
        value(map, ACCEPTED).bool());
  }

  private static @Nullable Integer epoch(Map<String, AttributeValue> map) {
    var epoch = map.get(EPOCH);
    return epoch == null ? null : Integer.valueOf(epoch.n());
  }

  private static long number(Map<String, AttributeValue> map, String name) {
    return Long.parseLong(value(map, name).n());
  }

  private static AttributeValue value(Map<String, AttributeValue> map, String name) {
    return Objects.requireNonNull(map.get(name), name);
  }
}
