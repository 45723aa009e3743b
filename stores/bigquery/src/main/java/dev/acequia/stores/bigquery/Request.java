package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.cloud.bigquery.storage.v1.RowError;
import com.google.protobuf.ByteString;
import dev.acequia.stores.RowRejection;
import dev.acequia.stores.bigquery.BigQueryBatch.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a batch that goes in one request, which the service takes as a whole or not at all.
 *
 * @param entries those of its rows, in their order
 */
record Request(List<Entry> entries, ProtoRows rows) {
  /** Of a row's tag and length. */
  static final int FRAME_BYTES = 6;

  /** Makes the row of an entry. */
  @FunctionalInterface
  interface Finish {
    ByteString row(Entry entry);
  }

  /**
   * The first request of entries that are to be sent.
   *
   * @param most the bytes that its rows take at most, unless one alone takes more
   */
  static Request first(List<Entry> entries, int most, Finish finish) {
    var rows = ProtoRows.newBuilder();
    var some = new ArrayList<Entry>();
    var bytes = 0L;
    for (var entry : entries) {
      var row = finish.row(entry);
      bytes += row.size() + FRAME_BYTES;
      if (!some.isEmpty() && bytes > most) {
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
