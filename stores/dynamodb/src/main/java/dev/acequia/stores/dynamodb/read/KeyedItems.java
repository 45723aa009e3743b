package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
import dev.acequia.stores.dynamodb.item.ItemEncoder;
import dev.acequia.stores.dynamodb.item.ItemKeys;
import dev.acequia.stores.dynamodb.item.ItemRow;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.RecordColumns;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The items of several keys by one call. */
final class KeyedItems implements KeyReads.Database {
  /** What the rows of one call may have together. */
  private static final long MOST_BYTES = 1 << 20;

  private final Batches batches;
  private final String table;
  private final ItemKeys keys;
  private final List<Expression> columns;
  private final Clock clock;

  /** About the largest item lately. The first reads are of one key each, so it is known in time. */
  private volatile long itemBytes;

  KeyedItems(
      PipelineDefinition definition, StoreDefinition.DynamoDb store, Batches batches, Clock clock) {
    this.batches = batches;
    this.clock = clock;
    table = store.table();
    keys = ItemKeys.of(definition);
    columns = RecordColumns.of(definition).all().stream().map(item -> item.expression()).toList();
  }

  /** The larger the items seen lately, the fewer keys go together. */
  @Override
  public int keysAtOnce() {
    return Math.clamp(MOST_BYTES / Math.max(itemBytes, 1), 1, KeyReads.MOST_KEYS);
  }

  @Override
  public void read(List<List<Literal>> wanted, KeyReads.Sink sink) throws StoreReadException {
    var places = new HashMap<Map<String, AttributeValue>, List<Integer>>();
    for (var place = 0; place < wanted.size(); place++) {
      var key = keys.of(wanted.get(place));
      if (ItemKeys.fits(key)) {
        places.computeIfAbsent(key, first -> new ArrayList<>()).add(place);
      }
    }
    var row = new ItemRow(columns);
    var now = clock.instant().getEpochSecond();
    var items = get(List.copyOf(places.keySet()));
    note(items);
    for (var item : items) {
      if (ItemKeys.isRecord(item, now)) {
        for (var place : places.getOrDefault(ItemKeys.of(item), List.of())) {
          sink.row(place, row.of(item));
        }
      }
    }
  }

  /** A large item is forgotten over some calls: others like it may follow. */
  private void note(List<Map<String, AttributeValue>> items) {
    var largest = items.stream().mapToLong(ItemEncoder::bytes).max().orElse(0);
    itemBytes = Math.max(largest, itemBytes - itemBytes / 4);
  }

  private List<Map<String, AttributeValue>> get(List<Map<String, AttributeValue>> found)
      throws StoreReadException {
    try {
      return batches.get(table, found);
    } catch (StoreUnavailableException e) {
      throw DynamoFailure.ofReading(e);
    }
  }
}
