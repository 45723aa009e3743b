package dev.acequia.stores.bigquery;

import dev.acequia.stores.bigquery.table.ServiceLimits;
import java.time.Duration;

/**
 * Limits of a writer.
 *
 * @param requestBytes of the rows in one request
 * @param checkpoint between two writes of a position that rows are ahead of
 * @param batch from the look at the claim to the last change of an upsert batch. BigQuery forgets
 *     after two days which changes of a key are older than its deletion
 * @param probe between two probes that ask the service. Each question is billed, and counts against
 *     a quota that pipelines share
 */
record WriterLimits(int requestBytes, Duration checkpoint, Duration batch, Duration probe) {
  static final WriterLimits DEFAULT =
      new WriterLimits(
          ServiceLimits.ROWS_BYTES,
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(1));

  WriterLimits withRequestBytes(int bytes) {
    return new WriterLimits(bytes, checkpoint, batch, probe);
  }

  WriterLimits withCheckpoint(Duration interval) {
    return new WriterLimits(requestBytes, interval, batch, probe);
  }

  WriterLimits withProbe(Duration interval) {
    return new WriterLimits(requestBytes, checkpoint, batch, interval);
  }

  WriterLimits withBatch(Duration limit) {
    return new WriterLimits(requestBytes, checkpoint, limit, probe);
  }
}
