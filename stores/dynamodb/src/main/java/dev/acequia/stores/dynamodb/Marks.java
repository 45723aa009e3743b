package dev.acequia.stores.dynamodb;

import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.DynamoBatch.Entry;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.Calls;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.client.Pace;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Idempotency keys, and the places of records that were not stored for theirs. A mark is written
 * before its record's row, if nobody has marked the key since it was read: of two consumers that
 * read records of one key, the one that writes first has the record that counts.
 */
final class Marks {
  /** After a repeat's record can have left the log: Kafka removes whole segments. */
  private static final Duration SEGMENT = Duration.ofDays(14);

  private final DynamoDbClient client;
  private final Batches batches;
  private final Calls calls;
  private final String table;
  private final Optional<Duration> repeatsKept;

  /**
   * Those of a table.
   *
   * @param deletionsKept for how long a log may be read again; empty for ever
   */
  Marks(DynamoDbClient client, Pace pace, String table, Optional<Duration> deletionsKept) {
    this.client = client;
    batches = new Batches(client, pace);
    calls = new Calls(pace);
    this.table = table;
    repeatsKept = deletionsKept.map(SEGMENT::plus);
  }

  /** Judges the records that came with keys, and marks these. */
  List<MarkGroup> judge(DynamoBatch batch, long fill, long nowMillis)
      throws StoreUnavailableException {
    var byDigest = new LinkedHashMap<String, List<Entry>>();
    for (var entry : batch.entries()) {
      var key = entry.key();
      if (key != null) {
        byDigest.computeIfAbsent(key.digest(), digest -> new ArrayList<>()).add(entry);
      }
    }
    if (byDigest.isEmpty()) {
      return List.of();
    }
    var repeats = repeats(batch, byDigest.values(), fill);
    var groups =
        byDigest.values().stream()
            .map(entries -> new MarkGroup(entries, repeats, batch.expectsDuplicates(), nowMillis))
            .toList();
    var known = known(groups, fill);
    calls.forEach(groups, group -> settle(group, known.get(id(group, fill)), fill));
    return groups;
  }

  /** The places, of those that may be read again, of what was not stored. */
  private Set<Origin> repeats(DynamoBatch batch, Collection<List<Entry>> groups, long fill)
      throws StoreUnavailableException {
    var keys =
        groups.stream()
            .flatMap(List::stream)
            .filter(
                entry ->
                    batch.expectsDuplicates() || Objects.requireNonNull(entry.key()).replayed())
            .map(entry -> SecondTable.key(repeatId(entry.place(), fill)))
            .distinct()
            .toList();
    return batches.get(table, keys).stream().map(ItemOrigin::of).collect(Collectors.toSet());
  }

  private Map<String, Mark> known(List<MarkGroup> groups, long fill)
      throws StoreUnavailableException {
    var keys = groups.stream().map(group -> SecondTable.key(id(group, fill))).toList();
    var marks = new HashMap<String, Mark>();
    for (var item : batches.get(table, keys)) {
      marks.put(Objects.requireNonNull(item.get(Attributes.HASH)).s(), Mark.parse(item));
    }
    return marks;
  }

  /** Judges by what is there until that is still there when the new mark is written. */
  private void settle(MarkGroup group, @Nullable Mark known, long fill)
      throws StoreUnavailableException {
    var there = known;
    while (true) {
      group.judge(there);
      var mark = group.mark();
      if (mark == null || mark.equals(there)) {
        return;
      }
      var other = put(id(group, fill), mark, there);
      if (other.isEmpty()) {
        return;
      }
      there = other.get();
    }
  }

  /** Writes a mark; where another has marked the key meanwhile, that mark comes back. */
  private Optional<Mark> put(String id, Mark mark, @Nullable Mark there)
      throws StoreUnavailableException {
    var item = new HashMap<>(mark.attributes());
    item.putAll(SecondTable.key(id));
    var request =
        PutItemRequest.builder()
            .tableName(table)
            .item(item)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
    if (there == null) {
      request
          .conditionExpression("attribute_not_exists(#h)")
          .expressionAttributeNames(Map.of("#h", Attributes.HASH));
    } else {
      request
          .conditionExpression("attribute_not_exists(#h) OR (#at = :at AND #o = :o AND #p = :p)")
          .expressionAttributeNames(
              Map.of(
                  "#h",
                  Attributes.HASH,
                  "#at",
                  Mark.AT,
                  "#o",
                  Attributes.OFFSET,
                  "#p",
                  Attributes.PARTITION))
          .expressionAttributeValues(
              Map.of(
                  ":at",
                  Attributes.number(there.atMillis()),
                  ":o",
                  Attributes.number(there.origin().offset()),
                  ":p",
                  Attributes.number(there.origin().partition())));
    }
    return DynamoFailure.of(
        () -> {
          try {
            client.putItem(request.build());
            return Optional.empty();
          } catch (ConditionalCheckFailedException e) {
            return Optional.of(Mark.parse(e.item()));
          }
        });
  }

  /** Notes places of records that are not stored. */
  void note(Collection<Origin> places, long fill, long nowMillis) throws StoreUnavailableException {
    batches.put(table, places.stream().map(place -> repeat(place, fill, nowMillis)).toList());
  }

  private Map<String, AttributeValue> repeat(Origin place, long fill, long nowMillis) {
    var item = new HashMap<>(SecondTable.key(repeatId(place, fill)));
    item.put(Attributes.GENERATION, Attributes.number(place.generation()));
    item.put(Attributes.PARTITION, Attributes.number(place.partition()));
    item.put(Attributes.OFFSET, Attributes.number(place.offset()));
    repeatsKept.ifPresent(
        kept ->
            item.put(
                Attributes.EXPIRES,
                Attributes.number(Duration.ofMillis(nowMillis).plus(kept).toSeconds())));
    return item;
  }

  private static String id(MarkGroup group, long fill) {
    return fill + "#mark#" + group.digest();
  }

  private static String repeatId(Origin place, long fill) {
    return "%d#repeat#%d#%d#%d"
        .formatted(fill, place.generation(), place.partition(), place.offset());
  }
}
