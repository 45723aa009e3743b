package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.protobuf.ByteString;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import dev.acequia.stores.bigquery.table.ServiceLimits;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a batch that goes in one request, which the service takes as a whole or not at all.
 *
 * @param entries those of its rows, in their order
 */
record Request(List<Entry> entries, ProtoRows rows) {
  /** Makes the row of an entry. */
  @FunctionalInterface
  interface Finish {
    ByteString row(Entry entry);
  }

  /** The first request of entries that are to be sent. */
  static Request first(List<Entry> entries, Finish finish) {
    var rows = ProtoRows.newBuilder();
    var some = new ArrayList<Entry>();
    var bytes = 0L;
    for (var entry : entries) {
      var row = finish.row(entry);
      // Its tag and length.
      bytes += row.size() + 6;
      if (!some.isEmpty() && bytes > ServiceLimits.ROWS_BYTES) {
        break;
      }
      rows.addSerializedRows(row);
      some.add(entry);
    }
    return new Request(List.copyOf(some), rows.build());
  }

  /** The rows that the service does not take, in their order. */
  List<RowRejection> rejected(List<RowError> errors) {
    return errors.stream()
        .map(
            error ->
                new RowRejection(
                    entries.get((int) error.getIndex()).row(), "BigQuery: " + error.getMessage()))
        .distinct()
        .toList();
  }
}
