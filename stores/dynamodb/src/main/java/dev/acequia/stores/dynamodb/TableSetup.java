package dev.acequia.stores.dynamodb;

import dev.acequia.contract.Capacity;
import dev.acequia.contract.Termination;
import dev.acequia.contract.TerminationException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.Attributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.DeleteGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTimeToLiveRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
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
 * until it is active. An index of a table with many items takes hours.
 */
final class TableSetup {
  private static final Logger LOG = LoggerFactory.getLogger(TableSetup.class);
  private static final Duration POLL = Duration.ofSeconds(1);

  /** A table that is made may not be seen at once. */
  private static final int ABSENT_POLLS = 60;

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

  /** The table as it is; empty when there is none. */
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

  /**
   * What tells a table from another that had its name before: its id, or the time when it was made
   * where a server that stands in for the service gives no ids.
   */
  static String id(TableDescription table) {
    return table.tableId() == null ? table.creationDateTime().toString() : table.tableId();
  }

  /** The table when it and its indexes can be used; made if there is none. */
  TableDescription make() throws StoreUnavailableException {
    var found = find();
    if (found.isEmpty()) {
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

  /**
   * Changes the table's indexes, capacity and expiry to what they should be.
   *
   * @param dropped indexes that there should be no more
   */
  void change(TableDescription table, List<String> dropped) throws StoreUnavailableException {
    var now = table;
    for (var index : dropped) {
      if (TableShape.found(now, index).isPresent()) {
        now = drop(index);
      }
    }
    for (var index : shape.indexes().keySet()) {
      if (!shape.hasIndex(now, index)) {
        if (TableShape.found(now, index).isPresent()) {
          now = drop(index);
        }
        now = add(index);
      }
    }
    changeBilling(now);
    if (expires) {
      expire();
    }
  }

  private TableDescription drop(String index) throws StoreUnavailableException {
    LOG.info("dropping the index {} of {}", index, shape.name());
    return update(
        request()
            .globalSecondaryIndexUpdates(
                GlobalSecondaryIndexUpdate.builder()
                    .delete(DeleteGlobalSecondaryIndexAction.builder().indexName(index).build())
                    .build())
            .build());
  }

  private TableDescription add(String name) throws StoreUnavailableException {
    LOG.info("adding the index {} to {}", name, shape.name());
    var index = shape.indexes().get(name);
    if (index == null) {
      throw new IllegalArgumentException(name);
    }
    return update(
        request()
            .attributeDefinitions(shape.attributes())
            .globalSecondaryIndexUpdates(
                GlobalSecondaryIndexUpdate.builder()
                    .create(
                        CreateGlobalSecondaryIndexAction.builder()
                            .indexName(name)
                            .keySchema(index.keySchema())
                            .projection(index.projection())
                            .provisionedThroughput(index.provisionedThroughput())
                            .build())
                    .build())
            .build());
  }

  /**
   * The indexes get the table's capacity with it when nothing was paid for in advance before; else
   * they keep their own, which a person may have changed.
   */
  private void changeBilling(TableDescription table) throws StoreUnavailableException {
    var summary = table.billingModeSummary();
    var found = summary == null ? BillingMode.PROVISIONED : summary.billingMode();
    var capacity = shape.capacity();
    var throughput = table.provisionedThroughput();
    var isAsWanted =
        found == shape.billing()
            && (capacity == null
                || (throughput.readCapacityUnits() == capacity.read()
                    && throughput.writeCapacityUnits() == capacity.write()));
    if (isAsWanted) {
      return;
    }
    LOG.info("changing the capacity of {}", shape.name());
    var change = request().billingMode(shape.billing());
    if (capacity != null) {
      change.provisionedThroughput(TableShape.throughput(capacity));
      if (found == BillingMode.PAY_PER_REQUEST) {
        change.globalSecondaryIndexUpdates(
            table.globalSecondaryIndexes().stream()
                .map(index -> capacity(index.indexName(), capacity))
                .toList());
      }
    }
    update(change.build());
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

  private TableDescription update(UpdateTableRequest request) throws StoreUnavailableException {
    DynamoFailure.run(
        () -> {
          try {
            client.updateTable(request);
          } catch (ResourceInUseException e) {
            LOG.debug("another is changing {}", shape.name(), e);
          }
        });
    return active();
  }

  private void expire() throws StoreUnavailableException {
    if (isExpiring()) {
      return;
    }
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

  /**
   * The table that a person has made.
   *
   * @throws TerminationException when it is missing or differs; the message names all differences
   */
  TableDescription check() throws TerminationException, StoreUnavailableException {
    var found = find();
    if (found.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          "There is no such table, and create is false. Create %s.".formatted(shape.text()));
    }
    var differences = new ArrayList<>(shape.differences(found.get()));
    if (expires && !isExpiring()) {
      differences.add(
          "Table %s needs time to live by the attribute %s."
              .formatted(shape.name(), Attributes.EXPIRES));
    }
    if (!differences.isEmpty()) {
      throw new TerminationException(
          Termination.Reason.StoreRefused,
          String.join(" ", differences) + " Change the table, or set create to true.");
    }
    return active();
  }

  /** Waits until the table and its indexes can be used. */
  private TableDescription active() throws StoreUnavailableException {
    for (var absent = 0; absent < ABSENT_POLLS; ) {
      var found = find();
      if (found.isPresent() && isActive(found.get())) {
        return found.get();
      }
      absent += found.isEmpty() ? 1 : 0;
      pause();
    }
    throw new StoreUnavailableException(
        "the table %s was made and is not there: somebody deletes it".formatted(shape.name()));
  }

  private static boolean isActive(TableDescription table) {
    return table.tableStatus() == TableStatus.ACTIVE
        && table.globalSecondaryIndexes().stream()
            .allMatch(index -> index.indexStatus() == IndexStatus.ACTIVE);
  }

  private static void pause() throws StoreUnavailableException {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreUnavailableException("interrupted", e);
    }
  }

  /** Deletes the table, and waits until it is gone. */
  void drop() throws StoreUnavailableException {
    if (find().isEmpty()) {
      return;
    }
    var request = DeleteTableRequest.builder().tableName(shape.name()).build();
    DynamoFailure.run(
        () -> {
          try {
            client.deleteTable(request);
          } catch (ResourceNotFoundException | ResourceInUseException e) {
            LOG.debug("another is deleting {}", shape.name(), e);
          }
        });
    while (find().isPresent()) {
      pause();
    }
  }
}
