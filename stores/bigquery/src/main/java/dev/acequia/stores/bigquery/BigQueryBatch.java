package dev.acequia.stores.bigquery;

import com.google.protobuf.ByteString;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.record.BadRecordException;
import dev.acequia.contract.record.Row;
import dev.acequia.stores.Arrival;
import dev.acequia.stores.EntryBatch;
import dev.acequia.stores.Origin;
import dev.acequia.stores.bigquery.row.RowEncoder;
import dev.acequia.stores.mark.MarkGroup;
import dev.acequia.stores.mark.MarkedRecord;
import org.jspecify.annotations.Nullable;

/** Records as the rows that they will be, each with what it came with. */
final class BigQueryBatch extends EntryBatch<BigQueryBatch.Entry> {
  /**
   * A record or a deletion.
   *
   * @param body the row, without its envelope
   * @param identity the fields of its key, in upsert mode; otherwise empty
   * @param place where it was read
   * @param key its idempotency key; null when it has none
   */
  record Entry(
      int row,
      ByteString body,
      ByteString identity,
      boolean deletes,
      Origin origin,
      Origin place,
      boolean redriven,
      @Nullable MarkedRecord key)
      implements MarkGroup.Entry {}

  private final RowEncoder encoder;

  BigQueryBatch(PipelineDefinition definition) {
    encoder = new RowEncoder(definition);
  }

  @Override
  public void add(Row row, Arrival arrival) throws BadRecordException {
    add(encoder.record(row, arrival), encoder.key(row), arrival, false);
  }

  @Override
  public void addDeletion(Row key, Arrival arrival) throws BadRecordException {
    add(encoder.deletion(key, arrival), encoder.key(key), arrival, true);
  }

  private void add(ByteString body, ByteString identity, Arrival arrival, boolean deletes) {
    var key = arrival.key();
    add(
        new Entry(
            rows(),
            body,
            identity,
            deletes,
            arrival.origin(),
            arrival.place(),
            arrival.isRedriven(),
            key == null ? null : MarkedRecord.of(key)),
        body.size());
  }
}
