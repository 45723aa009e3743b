package dev.acequia.stores.dynamodb;

import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.EntryBatch;
import dev.acequia.stores.Origin;
import dev.acequia.stores.dynamodb.item.Attributes;
import dev.acequia.stores.dynamodb.item.ItemEncoder;
import dev.acequia.stores.mark.MarkGroup;
import dev.acequia.stores.mark.MarkedRecord;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Records as items, each with what it came with. */
final class DynamoBatch extends EntryBatch<DynamoBatch.Entry> {
  /**
   * A record or a deletion.
   *
   * @param item without a fence; can be changed
   * @param place where it was read
   * @param key its idempotency key; null when it has none
   */
  record Entry(
      int row,
      Map<String, AttributeValue> item,
      boolean deletes,
      Origin origin,
      Origin place,
      boolean redriven,
      @Nullable MarkedRecord key)
      implements MarkGroup.Entry {}

  private final ItemEncoder encoder;
  private final InstantSource clock;

  DynamoBatch(ItemEncoder encoder, InstantSource clock) {
    this.encoder = encoder;
    this.clock = clock;
  }

  @Override
  public void add(Row row, Arrival arrival) throws BadRecordException {
    add(encoder.record(row, arrival), arrival, false);
  }

  @Override
  public void addDeletion(Row key, Arrival arrival) throws BadRecordException {
    var item = encoder.deletion(key, arrival);
    item.put(Attributes.DELETED, Attributes.number(clock.millis()));
    add(item, arrival, true);
  }

  private void add(Map<String, AttributeValue> item, Arrival arrival, boolean deletes) {
    var key = arrival.key();
    add(
        new Entry(
            rows(),
            item,
            deletes,
            arrival.origin(),
            arrival.place(),
            arrival.isRedriven(),
            key == null ? null : MarkedRecord.of(key)),
        ItemEncoder.bytes(item));
  }
}
