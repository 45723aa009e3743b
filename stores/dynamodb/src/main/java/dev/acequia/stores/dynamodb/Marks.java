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
import dev.acequia.stores.mark.Mark;
import dev.acequia.stores.mark.MarkGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/**
 * Idempotency keys, and the places of records that were not stored for theirs. A mark is written
 * before its record's row, if nobody has marked the key since it was read: of two consumers that
 * read records of one key, the one that writes first has the record that counts. Before a mark is
 * replaced, the places of its repeats are noted, so the next reader of these knows them.
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

  /** Judges the records that came with keys, by what can be read. */
  List<MarkGroup<Entry>> judge(DynamoBatch batch, long fill, long nowMillis)
      throws StoreUnavailableException {
    var byDigest = new LinkedHashMap<String, List<Entry>>();
    for (var entry : batch.entries()) {
      var key = entry.key();
      if (key != null) {
        byDigest.computeIfAbsent(key.digest(), digest -> new ArrayList<>()).add(entry);
      }
    }
    var groups =
        byDigest.values().stream()
            .map(entries -> new MarkGroup<>(entries, batch.expectsDuplicates(), nowMillis))
            .toList();
    // In this order: a mark is replaced after the repeats of it were noted.
    var known = known(groups, fill);
    var noted =
        noted(groups.stream().flatMap(group -> group.mayBeNoted(known.get(id(group, fill)))), fill);
    groups.forEach(group -> group.judge(known.get(id(group, fill)), noted));
    return groups;
  }

  private Map<String, Mark> known(List<MarkGroup<Entry>> groups, long fill)
      throws StoreUnavailableException {
    var keys = groups.stream().map(group -> SecondTable.key(id(group, fill))).toList();
    var marks = new HashMap<String, Mark>();
    for (var item : batches.get(table, keys)) {
      marks.put(Objects.requireNonNull(item.get(Attributes.HASH)).s(), MarkItem.parse(item));
    }
    return marks;
  }

  /** Those of some places whose records were not stored. */
  private Set<Origin> noted(Stream<Origin> places, long fill) throws StoreUnavailableException {
    var keys = places.distinct().map(place -> SecondTable.key(repeatId(place, fill))).toList();
    return batches.get(table, keys).stream().map(ItemOrigin::of).collect(Collectors.toSet());
  }

  /**
   * Writes the marks that records were judged by, each followed by the places of its repeats.
   *
   * @return false when another has marked a key meanwhile; the records are to be judged again
   */
  boolean write(List<MarkGroup<Entry>> groups, long fill, long nowMillis)
      throws StoreUnavailableException {
    var most = groups.stream().mapToInt(group -> group.steps().size()).max().orElse(0);
    for (var i = 0; i < most; i++) {
      var step = i;
      var some = groups.stream().filter(group -> step < group.steps().size()).toList();
      var overtaken = new AtomicBoolean();
      calls.forEach(
          some.stream().filter(group -> group.steps().get(step).isNew()).toList(),
          group -> {
            if (!put(id(group, fill), group.steps().get(step))) {
              overtaken.set(true);
            }
          });
      if (overtaken.get()) {
        return false;
      }
      batches.put(
          table,
          some.stream()
              .flatMap(group -> group.steps().get(step).repeats().stream())
              .map(place -> repeat(place, fill, nowMillis))
              .toList());
    }
    return true;
  }

  /** Whether a mark is there now; false where another has marked the key meanwhile. */
  private boolean put(String id, MarkGroup.Step step) throws StoreUnavailableException {
    var mark = Objects.requireNonNull(step.mark());
    var there = step.former();
    var item = new HashMap<>(MarkItem.attributes(mark));
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
                  MarkItem.AT,
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
            return true;
          } catch (ConditionalCheckFailedException e) {
            // An own one is there when the first answer was lost and the call was sent again.
            return MarkItem.parse(e.item()).equals(mark);
          }
        });
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

  private static String id(MarkGroup<Entry> group, long fill) {
    return fill + "#mark#" + group.digest();
  }

  private static String repeatId(Origin place, long fill) {
    return "%d#repeat#%d#%d#%d"
        .formatted(fill, place.generation(), place.partition(), place.offset());
  }
}
