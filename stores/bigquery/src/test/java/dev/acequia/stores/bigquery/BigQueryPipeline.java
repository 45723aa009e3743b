package dev.acequia.stores.bigquery;

import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.testkit.LoadedPipeline;
import dev.acequia.stores.testkit.StoreFixture;
import java.util.Map;

/** A pipeline in BigQuery. */
final class BigQueryPipeline extends LoadedPipeline {
  BigQueryPipeline(
      StoreDefinition store, Map<String, String> environment, Schema schema, LoadMode mode) {
    super(store, environment, schema, mode);
  }

  BigQueryPipeline(StoreFixture fixture, int partitions) {
    super(fixture, partitions);
  }

  BigQueryPipeline(StoreFixture fixture, LoadMode mode) {
    super(fixture, mode);
  }

  BigQueryPipeline(StoreFixture fixture, LoadMode mode, Field... fields) {
    super(fixture, mode, fields);
  }

  TableNames names() {
    return TableNames.of((StoreDefinition.BigQuery) definition.store());
  }

  StoreWriter writer(WriterLimits limits) {
    var store = (StoreDefinition.BigQuery) definition.store();
    return new BigQueryWriter(
        definition,
        store,
        new Statements(Clients.statements(store, environment), Map.of()),
        new RowStreams(Clients.rows(store, environment)),
        limits);
  }
}
