package dev.acequia.operator.apply;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
   * @param uid the resource's, for a person
   * @param topicId Kafka's id of the topic that the holder made; null before it is made
   * @param adopted whether the topic is somebody's, taken as it is
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Details(String uid, @Nullable String topicId, boolean adopted) {}

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

    TopicOwner owner() {
      return new TopicOwner(installation, namespace, pipeline);
    }
  }

  /**
   * @param attempt tells claims of one owner apart: two processes of one installation may claim at
   *     once, and Kafka may write a claim that its sender has given up
   */
  private record Claim(String topic, TopicOwner owner, String attempt) {}

  private record Holding(String topic, TopicOwner owner) {}

  private final Map<Claim, Long> offsets = new HashMap<>();
  private final Map<String, TreeMap<Long, Claim>> claims = new HashMap<>();
  private final Map<Holding, Details> details = new HashMap<>();
  private final Map<String, Kept> kept = new HashMap<>();

  /** The key of a claim; names of topics and resources hold no slash. */
  static String claimKey(String topic, TopicOwner owner, String attempt) {
    return key("claim", topic, owner) + "/" + attempt;
  }

  static String detailsKey(String topic, TopicOwner owner) {
    return key("topic", topic, owner);
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
        claim(new Claim(parts[1], owner(parts), parts[5]), value != null, offset);
      } else if (parts.length == 5 && parts[0].equals("topic")) {
        put(
            details,
            new Holding(parts[1], owner(parts)),
            value == null ? null : JSON.readValue(value, Details.class));
      } else if (parts.length == 2 && parts[0].equals("kept")) {
        put(kept, parts[1], value == null ? null : JSON.readValue(value, Kept.class));
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

  /** The keys of all live claims of this owner to the topic. */
  synchronized List<String> claimKeys(String topic, TopicOwner owner) {
    return Optional.ofNullable(claims.get(topic)).stream()
        .map(TreeMap::values)
        .flatMap(Collection::stream)
        .filter(claim -> claim.owner().equals(owner))
        .map(claim -> claimKey(topic, owner, claim.attempt()))
        .toList();
  }

  synchronized Optional<Details> details(String topic, TopicOwner owner) {
    return Optional.ofNullable(details.get(new Holding(topic, owner)));
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

  /** The newest offset of a key counts, as after compaction. */
  private void claim(Claim claim, boolean lives, long offset) {
    var former = offsets.remove(claim);
    if (former != null) {
      var byOffset = claims.get(claim.topic());
      if (byOffset != null) {
        byOffset.remove(former);
        if (byOffset.isEmpty()) {
          claims.remove(claim.topic());
        }
      }
    }
    if (lives) {
      offsets.put(claim, offset);
      claims.computeIfAbsent(claim.topic(), _ -> new TreeMap<>()).put(offset, claim);
    }
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
