package dev.acequia.operator.apply;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the owners topic says, up to some offset. The owner of a topic's first live claim holds the
 * topic. Each claim has a key of its own and is written once, so compaction leaves it at its offset
 * and every reader comes to the same answer. What may change has another key.
 */
final class TopicClaims {
  private static final Logger log = LoggerFactory.getLogger(TopicClaims.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * What a holder says of its topic.
   *
   * @param uid of the resource that made or adopted it
   * @param topicId Kafka's id of the topic that the holder made; null before it is made
   * @param adopted whether the topic is somebody's, taken as it is
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Details(String uid, @Nullable String topicId, boolean adopted) {
    Details {
      Objects.requireNonNull(uid, "uid");
    }

    boolean isOf(String topic) {
      return !adopted && topic.equals(topicId);
    }
  }

  /**
   * A topic whose pipeline was deleted with {@code deletionPolicy: Retain}.
   *
   * @param uid of the deleted resource
   * @param topicId another topic of the name is not meant
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Kept(String installation, String namespace, String pipeline, String uid, String topicId) {
    static Kept of(TopicOwner owner, String uid, String topicId) {
      return new Kept(owner.installation(), owner.namespace(), owner.pipeline(), uid, topicId);
    }

    Kept {
      Stream.of(installation, namespace, pipeline, uid, topicId).forEach(Objects::requireNonNull);
    }

    TopicOwner owner() {
      return new TopicOwner(installation, namespace, pipeline);
    }
  }

  /** The value of a claim. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Claimant(@Nullable String uid) {}

  /**
   * @param attempt tells claims of one owner apart: two processes of one installation may claim at
   *     once, and Kafka may write a claim that its sender has given up
   */
  private record Claim(String topic, TopicOwner owner, String attempt) {}

  /**
   * @param uid of the resource that claims; null when the claim does not say
   */
  private record Live(long offset, @Nullable String uid) {}

  private record Holding(String topic, TopicOwner owner) {}

  private record Noted(long offset, Details details) {}

  private final Map<Claim, Live> offsets = new HashMap<>();
  private final Map<String, TreeMap<Long, Claim>> claims = new HashMap<>();

  /** By key: each resource writes to a key of its own. */
  private final Map<Holding, Map<String, Noted>> details = new HashMap<>();

  private final Map<String, Kept> kept = new HashMap<>();

  /** The key of a claim; names of topics and resources hold no slash. */
  static String claimKey(String topic, TopicOwner owner, String attempt) {
    return key("claim", topic, owner) + "/" + attempt;
  }

  /** The key of a resource: what comes late of another of its name takes nothing from it. */
  static String detailsKey(String topic, TopicOwner owner, String uid) {
    return key("topic", topic, owner) + "/" + uid;
  }

  static String keptKey(String topic) {
    return "kept/" + topic;
  }

  static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException("records are always JSON", e);
    }
  }

  /** Takes in one record. */
  synchronized void apply(@Nullable String key, @Nullable String value, long offset) {
    var parts = key == null ? new String[0] : key.split("/", -1);
    try {
      if (parts.length == 6 && parts[0].equals("claim")) {
        claim(
            new Claim(parts[1], owner(parts), parts[5]),
            value == null ? null : new Live(offset, uid(value)));
      } else if ((parts.length == 5 || parts.length == 6) && parts[0].equals("topic")) {
        // Former versions wrote one key for all resources of a name.
        put(
            details.computeIfAbsent(new Holding(parts[1], owner(parts)), _ -> new HashMap<>()),
            String.valueOf(key),
            value == null ? null : new Noted(offset, read(value, Details.class)));
      } else if (parts.length == 2 && parts[0].equals("kept")) {
        put(kept, parts[1], value == null ? null : read(value, Kept.class));
      }
    } catch (JacksonException e) { // one that is damaged must not hide the others
      log.warn("the record at offset {} of the owners topic cannot be read: {}", offset, key);
    }
  }

  synchronized Optional<TopicOwner> holder(String topic) {
    return Optional.ofNullable(claims.get(topic))
        .map(byOffset -> byOffset.firstEntry().getValue().owner());
  }

  synchronized boolean isClaimed(String topic, TopicOwner owner) {
    return !claimKeys(topic, owner).isEmpty();
  }

  /** Whether this very resource has a claim to the topic. */
  synchronized boolean isClaimed(String topic, TopicOwner owner, String uid) {
    return claims.getOrDefault(topic, new TreeMap<>()).values().stream()
        .filter(claim -> claim.owner().equals(owner))
        .map(offsets::get)
        .anyMatch(live -> live != null && uid.equals(live.uid()));
  }

  /** The keys of all live claims of this owner to the topic. */
  synchronized List<String> claimKeys(String topic, TopicOwner owner) {
    return Optional.ofNullable(claims.get(topic)).stream()
        .map(TreeMap::values)
        .flatMap(Collection::stream)
        .filter(claim -> claim.owner().equals(owner))
        .map(claim -> claimKey(topic, owner, claim.attempt()))
        .toList();
  }

  /** All that this owner has written of the topic. */
  synchronized List<String> keys(String topic, TopicOwner owner) {
    return Stream.concat(
            claimKeys(topic, owner).stream(),
            details.getOrDefault(new Holding(topic, owner), Map.of()).keySet().stream().sorted())
        .toList();
  }

  /** What this very resource says of the topic. */
  synchronized Optional<Details> details(String topic, TopicOwner owner, String uid) {
    return newest(topic, owner, noted -> noted.uid().equals(uid));
  }

  /** What the last of the other resources of this name said of the topic. */
  synchronized Optional<Details> former(String topic, TopicOwner owner, String uid) {
    return newest(topic, owner, noted -> !noted.uid().equals(uid));
  }

  private Optional<Details> newest(String topic, TopicOwner owner, Predicate<Details> whose) {
    return details.getOrDefault(new Holding(topic, owner), Map.of()).values().stream()
        .filter(noted -> whose.test(noted.details()))
        .max(Comparator.comparingLong(Noted::offset))
        .map(Noted::details);
  }

  synchronized Optional<Kept> kept(String topic) {
    return Optional.ofNullable(kept.get(topic));
  }

  /** All that this owner has a claim to. */
  synchronized List<String> topicsOf(TopicOwner owner) {
    return offsets.keySet().stream()
        .filter(claim -> claim.owner().equals(owner))
        .map(Claim::topic)
        .distinct()
        .sorted()
        .toList();
  }

  /**
   * The topics that only older resources of this name have claims to. A resource without a claim
   * does not know which are older: a process that no longer leads may ask late.
   */
  synchronized List<String> topicsOfOlder(TopicOwner owner, String uid) {
    var own =
        offsets.entrySet().stream().filter(live -> live.getKey().owner().equals(owner)).toList();
    var first =
        own.stream()
            .map(Map.Entry::getValue)
            .filter(live -> uid.equals(live.uid()))
            .mapToLong(Live::offset)
            .min();
    if (first.isEmpty()) {
      return List.of();
    }
    var newer =
        own.stream()
            .filter(live -> live.getValue().offset() >= first.getAsLong())
            .map(live -> live.getKey().topic())
            .collect(Collectors.toSet());
    return own.stream()
        .map(live -> live.getKey().topic())
        .filter(topic -> !newer.contains(topic))
        .distinct()
        .sorted()
        .toList();
  }

  /** The newest offset of a key counts, as after compaction. */
  private void claim(Claim claim, @Nullable Live live) {
    var former = offsets.remove(claim);
    if (former != null) {
      var byOffset = claims.get(claim.topic());
      if (byOffset != null) {
        byOffset.remove(former.offset());
        if (byOffset.isEmpty()) {
          claims.remove(claim.topic());
        }
      }
    }
    if (live != null) {
      offsets.put(claim, live);
      claims.computeIfAbsent(claim.topic(), _ -> new TreeMap<>()).put(live.offset(), claim);
    }
  }

  /** A claim counts, whatever its value is. */
  private static @Nullable String uid(String value) {
    try {
      return read(value, Claimant.class).uid();
    } catch (JacksonException e) {
      return null;
    }
  }

  private static <T> T read(String json, Class<T> type) throws JacksonException {
    T value = JSON.readValue(json, type);
    if (value == null) {
      throw new JsonParseException("null");
    }
    return value;
  }

  private static <K, V> void put(Map<K, V> map, K key, @Nullable V value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private static TopicOwner owner(String[] parts) {
    return new TopicOwner(parts[2], parts[3], parts[4]);
  }

  private static String key(String kind, String topic, TopicOwner owner) {
    return String.join("/", kind, topic, owner.installation(), owner.namespace(), owner.pipeline());
  }
}
