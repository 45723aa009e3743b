package dev.acequia.local.platform;

import dev.acequia.servers.bigquery.LocalBigQuery;

/**
 * What stands in for Google BigQuery. It asks nobody for a key.
 *
 * @param endpoint {@code http://host:port} of the REST interface
 * @param storageEndpoint {@code http://host:port} of the Storage Write API
 */
public record BigQueryStandIn(String endpoint, String storageEndpoint) {
  private static final String DATASET = "demo";

  /** {@code spec.store} of a table there. */
  String place() {
    return "project: %s, dataset: %s, endpoint: \"%s\", storageEndpoint: \"%s\""
        .formatted(LocalBigQuery.PROJECT, DATASET, endpoint, storageEndpoint);
  }
}
