package dev.acequia.stores.dynamodb;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreRefusedException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ServiceLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.DeleteGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputDescription;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveSpecification;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.UpdateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTimeToLiveRequest;

/**
 * Brings a table to its shape, one change after the other as the service takes them, and waits
 * until it is active. An index of a table with many items takes hours. What the service says of a
 * table may be a little old, and a change may be refused while another is made; so each step is
 * derived from what is there, and repeated until it is seen.
 */
final class TableSetup {
  private static final Logger LOG = LoggerFactory.getLogger(TableSetup.class);

  /** A table that is made may not be seen at once. */
  private static final Duration LONGEST_ABSENCE = Duration.ofMinutes(1);

  /** Looks at a table that is said to be missing, over some three seconds. */
  private static final int LOOKS = 5;

  /** Looks until an accepted change is seen, over some ten seconds. */
  private static final int LOOKS_FOR_A_CHANGE = 8;

  private static final Duration LONGEST_DELETION = Duration.ofMinutes(15);

  /** Only a person brings a table out of these. */
  private static final Set<TableStatus> STUCK =
      Set.of(
          TableStatus.INACCESSIBLE_ENCRYPTION_CREDENTIALS,
          TableStatus.ARCHIVING,
          TableStatus.ARCHIVED);

  private final DynamoDbClient client;
  private final TableShape shape;
  private final boolean expires;

  /**
   * The setup of a table.
   *
   * @param expires whether the service removes items by their {@link Attributes#EXPIRES}
   */
  TableSetup(DynamoDbClient client, TableShape shape, boolean expires) {
    this.client = client;
    this.shape = shape;
    this.expires = expires;
  }

  /**
   * What migrations have made of the table so far.
   *
   * @param indexes those that are no longer wanted are dropped
   * @param capacity the one that was set last; it is set again only when another is wanted, since a
   *     person or a service may scale the table meanwhile
   */
  record Former(List<String> indexes, @Nullable Capacity capacity) {}

  /** Asked before each change, since hours may have passed. */
  interface Leave {
    /** Returns when the table may still be changed. */
    void require() throws StoreUnavailableException;
  }

  /**
   * One change.
   *
   * @param isMade whether it can be seen
   */
  private record Step(
      String text, UpdateTableRequest request, Predicate<TableDescription> isMade) {}

  /** The table as it is; empty when there is none, or none is seen yet. */
  Optional<TableDescription> find() throws StoreUnavailableException {
    var request = DescribeTableRequest.builder().tableName(shape.name()).build();
    return DynamoFailure.of(
        () -> {
          try {
            return Optional.of(client.describeTable(request).table());
          } catch (ResourceNotFoundException e) {
            return Optional.<TableDescription>empty();
          }
        });
  }

  /** The table as it is; empty when there is none, however often one looks. */
  Optional<TableDescription> findSurely() throws StoreUnavailableException {
    var polls = new Polls();
    var found = find();
    for (var look = 1; look < LOOKS && found.isEmpty(); look++) {
      polls.pause(shape.name() + " is seen");
      found = find();
    }
    return found;
  }

  /**
   * What tells a table from another that had its name before: its id, or the time when it was made
   * where a server that stands in for the service gives no ids.
   */
  static String id(TableDescription table) {
    return table.tableId() == null ? table.creationDateTime().toString() : table.tableId();
  }

  /** The table when it and its indexes can be used; made if there is none. */
  TableDescription make() throws StoreUnavailableException {
    if (find().isEmpty()) {
      LOG.info("creating {}", shape.name());
      DynamoFailure.run(
          () -> {
            try {
              client.createTable(shape.creation());
            } catch (ResourceInUseException e) {
              LOG.debug("another is making {}", shape.name(), e);
            }
          });
    }
    return active();
  }

  /** Why the table cannot be brought to its shape; empty when it can. */
  Optional<TerminationException> refusal(TableDescription table) {
    if (!shape.hasKeys(table)) {
      return Optional.of(
          new TerminationException(
              Termination.Reason.NameTaken, String.join(" ", shape.differences(table))));
    }
    var others =
        shape.indexes().keySet().stream()
            .filter(index -> !shape.hasIndex(table, index))
            .flatMap(index -> TableShape.found(table, index).stream())
            .filter(index -> index.indexStatus() != IndexStatus.DELETING)
            .map(GlobalSecondaryIndexDescription::indexName)
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TerminationException(
                Termination.Reason.SchemaChangeRefused,
                "Table %s has an index %s with other keys or another projection. Give the index in the spec another name: the one that is there serves until the new one is built."
                    .formatted(shape.name(), String.join(", ", others))));
  }

  /**
   * Changes the table's capacity, indexes and expiry to what they should be. Indexes are added
   * before others are dropped, so that queries find records meanwhile.
   */
  void change(Former former, Leave leave) throws StoreUnavailableException {
    var table = active();
    for (var step = next(table, former); step.isPresent(); step = next(table, former)) {
      leave.require();
      table = make(step.get());
    }
    if (expires && !isExpiring()) {
      leave.require();
      expire();
    }
  }

  /** Whether nothing is left to change. */
  boolean isAsWanted(Former former) throws StoreUnavailableException {
    var table = find();
    return table.isPresent() && isActive(table.get()) && next(table.get(), former).isEmpty();
  }

  private Optional<Step> next(TableDescription table, Former former) {
    if (!Objects.equals(former.capacity(), shape.capacity())) {
      var billing = billing(table);
      if (billing.isPresent()) {
        return billing;
      }
    }
    var missing =
        shape.indexes().keySet().stream()
            .filter(index -> TableShape.found(table, index).isEmpty())
            .findFirst();
    var dropped =
        former.indexes().stream()
            .filter(index -> !shape.indexes().containsKey(index))
            .filter(index -> TableShape.found(table, index).isPresent())
            .findFirst();
    var hasRoom = table.globalSecondaryIndexes().size() < ServiceLimits.INDEXES;
    return missing
        .filter(index -> hasRoom || dropped.isEmpty())
        .map(index -> adding(table, index))
        .or(() -> dropped.map(this::dropping));
  }

  private Step dropping(String index) {
    return new Step(
        "dropping the index " + index,
        request()
            .globalSecondaryIndexUpdates(
                GlobalSecondaryIndexUpdate.builder()
                    .delete(DeleteGlobalSecondaryIndexAction.builder().indexName(index).build())
                    .build())
            .build(),
        table -> TableShape.found(table, index).isEmpty());
  }

  private Step adding(TableDescription table, String name) {
    var index = Objects.requireNonNull(shape.indexes().get(name), name);
    var creation =
        CreateGlobalSecondaryIndexAction.builder()
            .indexName(name)
            .keySchema(index.keySchema())
            .projection(index.projection());
    if (isPaidInAdvance(table)) {
      creation.provisionedThroughput(
          index.provisionedThroughput() == null
              ? throughput(table.provisionedThroughput())
              : index.provisionedThroughput());
    }
    return new Step(
        "adding the index " + name,
        request()
            .attributeDefinitions(shape.attributes(table, index))
            .globalSecondaryIndexUpdates(
                GlobalSecondaryIndexUpdate.builder().create(creation.build()).build())
            .build(),
        after -> TableShape.found(after, name).isPresent());
  }

  private static ProvisionedThroughput throughput(ProvisionedThroughputDescription found) {
    return ProvisionedThroughput.builder()
        .readCapacityUnits(found.readCapacityUnits())
        .writeCapacityUnits(found.writeCapacityUnits())
        .build();
  }

  private static boolean isPaidInAdvance(TableDescription table) {
    var summary = table.billingModeSummary();
    return summary == null || summary.billingMode() == BillingMode.PROVISIONED;
  }

  /**
   * The change of capacity, of the table and of the indexes that migrations made. All indexes get
   * one with it when nothing was paid for in advance before: the service wants that.
   */
  private Optional<Step> billing(TableDescription table) {
    var capacity = shape.capacity();
    var change = request();
    if (capacity == null) {
      if (!isPaidInAdvance(table)) {
        return Optional.empty();
      }
      change.billingMode(BillingMode.PAY_PER_REQUEST);
    } else {
      var isTable = !isPaidInAdvance(table) || !has(table.provisionedThroughput(), capacity);
      var indexes =
          table.globalSecondaryIndexes().stream()
              .filter(
                  index ->
                      !isPaidInAdvance(table)
                          || (shape.indexes().containsKey(index.indexName())
                              && !has(index.provisionedThroughput(), capacity)))
              .map(index -> capacity(index.indexName(), capacity))
              .toList();
      if (!isTable && indexes.isEmpty()) {
        return Optional.empty();
      }
      if (isTable) {
        change
            .billingMode(BillingMode.PROVISIONED)
            .provisionedThroughput(TableShape.throughput(capacity));
      }
      if (!indexes.isEmpty()) {
        change.globalSecondaryIndexUpdates(indexes);
      }
    }
    return Optional.of(
        new Step("changing the capacity", change.build(), after -> billing(after).isEmpty()));
  }

  private static boolean has(@Nullable ProvisionedThroughputDescription found, Capacity wanted) {
    return found != null
        && Objects.equals(found.readCapacityUnits(), wanted.read())
        && Objects.equals(found.writeCapacityUnits(), wanted.write());
  }

  private static GlobalSecondaryIndexUpdate capacity(String index, Capacity capacity) {
    return GlobalSecondaryIndexUpdate.builder()
        .update(
            UpdateGlobalSecondaryIndexAction.builder()
                .indexName(index)
                .provisionedThroughput(TableShape.throughput(capacity))
                .build())
        .build();
  }

  private UpdateTableRequest.Builder request() {
    return UpdateTableRequest.builder().tableName(shape.name());
  }

  /** Makes a change if the service takes it just now; the table as it is then. */
  private TableDescription make(Step step) throws StoreUnavailableException {
    LOG.info("{}: {}", shape.name(), step.text());
    var polls = new Polls();
    if (!update(step.request())) {
      polls.pause("another change of " + shape.name() + " ends");
      return active();
    }
    var table = active();
    for (var look = 1; look < LOOKS_FOR_A_CHANGE && !step.isMade().test(table); look++) {
      polls.pause(shape.name() + " shows the change");
      table = active();
    }
    return table;
  }

  private boolean update(UpdateTableRequest request) throws StoreUnavailableException {
    return DynamoFailure.of(
        () -> {
          try {
            client.updateTable(request);
            return true;
          } catch (ResourceInUseException e) {
            LOG.debug("another is changing {}", shape.name(), e);
            return false;
          }
        });
  }

  private void expire() throws StoreUnavailableException {
    var request =
        UpdateTimeToLiveRequest.builder()
            .tableName(shape.name())
            .timeToLiveSpecification(
                TimeToLiveSpecification.builder()
                    .attributeName(Attributes.EXPIRES)
                    .enabled(true)
                    .build())
            .build();
    try {
      DynamoFailure.run(() -> client.updateTimeToLive(request));
    } catch (StoreUnavailableException e) {
      // The service refuses a second change; another migration may have made the first.
      if (!isExpiring()) {
        throw e;
      }
    }
  }

  private boolean isExpiring() throws StoreUnavailableException {
    var request = DescribeTimeToLiveRequest.builder().tableName(shape.name()).build();
    var found = DynamoFailure.of(() -> client.describeTimeToLive(request)).timeToLiveDescription();
    return Attributes.EXPIRES.equals(found.attributeName())
        && (found.timeToLiveStatus() == TimeToLiveStatus.ENABLED
            || found.timeToLiveStatus() == TimeToLiveStatus.ENABLING);
  }

  /** What a table that a person makes lacks, as sentences; empty when it is as it should be. */
  List<String> lacks() throws StoreUnavailableException {
    var found = find();
    if (found.isEmpty()) {
      return List.of(
          "A table is missing: create %s%s."
              .formatted(
                  shape.text(),
                  expires ? ", and time to live by the attribute " + Attributes.EXPIRES : ""));
    }
    var differences = new ArrayList<>(shape.differences(found.get()));
    if (expires && !isExpiring()) {
      differences.add(
          "Table %s needs time to live by the attribute %s."
              .formatted(shape.name(), Attributes.EXPIRES));
    }
    return differences;
  }

  /** Waits until the table and its indexes can be used. */
  TableDescription active() throws StoreUnavailableException {
    var polls = new Polls();
    while (true) {
      var found = find();
      if (found.isPresent() && isActive(found.get())) {
        return found.get();
      }
      if (found.isPresent() && STUCK.contains(found.get().tableStatus())) {
        throw new StoreRefusedException(
            "the table %s is %s: see its key in AWS KMS, or restore the table"
                .formatted(shape.name(), found.get().tableStatusAsString()));
      }
      if (found.isEmpty() && polls.elapsed().compareTo(LONGEST_ABSENCE) > 0) {
        throw new StoreUnavailableException(
            "the table %s was made and is not there: somebody deletes it".formatted(shape.name()));
      }
      polls.pause(shape.name() + " and its indexes are active");
    }
  }

  private static boolean isActive(TableDescription table) {
    return table.tableStatus() == TableStatus.ACTIVE
        && table.globalSecondaryIndexes().stream()
            .allMatch(index -> index.indexStatus() == IndexStatus.ACTIVE);
  }

  /** Deletes the table, and waits until it is gone. The service refuses that during a change. */
  void drop() throws StoreUnavailableException {
    var request = DeleteTableRequest.builder().tableName(shape.name()).build();
    var polls = new Polls();
    var found = find();
    while (found.isPresent()) {
      if (found.get().tableStatus() != TableStatus.DELETING) {
        DynamoFailure.run(
            () -> {
              try {
                client.deleteTable(request);
              } catch (ResourceNotFoundException | ResourceInUseException e) {
                LOG.debug("{} is being changed or deleted", shape.name(), e);
              }
            });
      }
      found = find();
      if (found.isPresent()) {
        if (polls.elapsed().compareTo(LONGEST_DELETION) > 0) {
          throw new StoreUnavailableException(
              "the table %s is still there after %d min: its status is %s"
                  .formatted(
                      shape.name(),
                      LONGEST_DELETION.toMinutes(),
                      found.get().tableStatusAsString()));
        }
        polls.pause(shape.name() + " is deleted");
      }
    }
  }
}
