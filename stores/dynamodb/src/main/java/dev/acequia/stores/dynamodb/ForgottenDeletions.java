package dev.acequia.stores.dynamodb;

import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.Calls;
import dev.acequia.stores.dynamodb.client.Clients;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.client.Pace;
import dev.acequia.stores.dynamodb.client.ServiceClock;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemOrigin;
import dev.acequia.stores.position.Ledger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

/**
 * Forgets deletions after as long as the environment says, in two steps: the ledger says up to
 * where, and then the items go. Who judges a record reads in the other order, so a deletion that it
 * does not see is one that the ledger names. Marks and repeats need no such order, and the service
 * removes them by itself.
 */
final class ForgottenDeletions implements StoreHousekeeping {
  /** While there is more to forget. */
  private static final Duration NEXT = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofHours(1);

  /** Deletions of one partition of their index that go at a time. */
  private static final int AT_ONCE = 100;

  /** Others change the registry so often only when something is wrong. */
  private static final int ATTEMPTS = 100;

  private final Optional<Duration> kept;
  private final TableNames names;
  private final DynamoDbClient client;
  private final Pace pace;
  private final SecondTable second;
  private final ServiceClock clock;

  ForgottenDeletions(
      StoreDefinition.DynamoDb store, Map<String, String> environment, InstantSource clock) {
    this.clock = new ServiceClock(clock);
    kept = RuntimeVariable.ACEQUIA_DELETIONS_KEPT.in(environment).map(Duration::parse);
    names = TableNames.of(store);
    pace = Clients.pace();
    client = Clients.forWriting(store, environment, pace, this.clock);
    second = new SecondTable(client, names);
  }

  @Override
  public String subject() {
    return "deletions";
  }

  @Override
  public Duration first() {
    return PAUSE;
  }

  @Override
  public Duration work() throws StoreUnavailableException {
    // The answer also tells the clock the time.
    if (kept.isEmpty() || second.state().isEmpty()) {
      return PAUSE;
    }
    var before = clock.instant().minus(kept.get()).toEpochMilli();
    var found = new ArrayList<Map<String, AttributeValue>>();
    var isMore = false;
    for (var bucket = 0; bucket < Attributes.BUCKETS; bucket++) {
      var some = deletions(bucket, before);
      isMore |= some.size() == AT_ONCE;
      some.stream().filter(ItemOrigin::isIn).forEach(found::add);
    }
    if (!found.isEmpty()) {
      sayInLedger(found);
      new Calls(pace).forEach(found, this::remove);
    }
    return isMore ? NEXT : PAUSE;
  }

  private List<Map<String, AttributeValue>> deletions(int bucket, long before)
      throws StoreUnavailableException {
    var request =
        QueryRequest.builder()
            .tableName(names.data())
            .indexName(Attributes.DELETIONS)
            .keyConditionExpression("#b = :b AND #d < :d")
            .expressionAttributeNames(Map.of("#b", Attributes.BUCKET, "#d", Attributes.DELETED))
            .expressionAttributeValues(
                Map.of(
                    ":b",
                    Attributes.text(Integer.toString(bucket)),
                    ":d",
                    Attributes.number(before)))
            .limit(AT_ONCE)
            .build();
    return DynamoFailure.of(() -> client.query(request)).items();
  }

  private void sayInLedger(List<Map<String, AttributeValue>> deletions)
      throws StoreUnavailableException {
    var origins = deletions.stream().map(ItemOrigin::of).toList();
    for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
      var registry = second.registry();
      var ledger = new Ledger(registry.ledger());
      ledger.forgetUpTo(origins);
      if (second.save(registry, registry.withLedger(ledger))) {
        return;
      }
    }
    throw new StoreUnavailableException("others changed the registry all the time");
  }

  /** Removes a deletion, unless its key has a newer one or a row by now. */
  private void remove(Map<String, AttributeValue> deletion) throws StoreUnavailableException {
    var origin = ItemOrigin.of(deletion);
    var request =
        DeleteItemRequest.builder()
            .tableName(names.data())
            .key(ItemKeys.of(deletion))
            .conditionExpression("attribute_exists(#d) AND #g = :g AND #p = :p AND #o = :o")
            .expressionAttributeNames(
                Map.of(
                    "#d",
                    Attributes.DELETED,
                    "#g",
                    Attributes.GENERATION,
                    "#p",
                    Attributes.PARTITION,
                    "#o",
                    Attributes.OFFSET))
            .expressionAttributeValues(
                Map.of(
                    ":g",
                    Attributes.number(origin.generation()),
                    ":p",
                    Attributes.number(origin.partition()),
                    ":o",
                    Attributes.number(origin.offset())))
            .build();
    DynamoFailure.run(
        () -> {
          try {
            client.deleteItem(request);
          } catch (ConditionalCheckFailedException newer) {
            // What is there stays.
          }
        });
  }

  @Override
  public void close() {
    client.close();
  }
}
