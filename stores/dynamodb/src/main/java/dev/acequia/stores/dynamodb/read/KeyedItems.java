package dev.acequia.stores.dynamodb.read;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.dynamodb.client.Batches;
import dev.acequia.stores.dynamodb.client.DynamoFailure;
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
  private final Batches batches;
  private final String table;
  private final ItemKeys keys;
  private final List<Expression> columns;
  private final Clock clock;

  KeyedItems(
      PipelineDefinition definition, StoreDefinition.DynamoDb store, Batches batches, Clock clock) {
    this.batches = batches;
    this.clock = clock;
    table = store.table();
    keys = ItemKeys.of(definition);
    columns = RecordColumns.of(definition).all().stream().map(item -> item.expression()).toList();
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
    for (var item : get(List.copyOf(places.keySet()))) {
      if (ItemKeys.isRecord(item, now)) {
        for (var place : places.getOrDefault(ItemKeys.of(item), List.of())) {
          sink.row(place, row.of(item));
        }
      }
    }
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
