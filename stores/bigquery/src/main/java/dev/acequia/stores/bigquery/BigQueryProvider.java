package dev.acequia.stores.bigquery;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.bigquery.client.JobLabels;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.read.BigQueryReader;
import java.util.List;
import java.util.Map;

/** Tables in Google BigQuery. */
public final class BigQueryProvider implements StoreProvider {
  @Override
  public String kind() {
    return StoreDefinition.BigQuery.KIND;
  }

  @Override
  public StoreReader reader(PipelineDefinition definition, Map<String, String> environment) {
    return BigQueryReader.open(definition, store(definition), environment);
  }

  @Override
  public StoreWriter writer(PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    return new BigQueryWriter(
        definition,
        store,
        statements(definition, environment),
        streams(store, environment),
        WriterLimits.DEFAULT);
  }

  /** In append mode nothing is deleted. */
  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    var statements = statements(definition, environment);
    var repeats = new ExpiredRepeats(store, environment, statements);
    return switch (definition.mode()) {
      case APPEND -> List.of(repeats);
      case UPSERT ->
          List.of(
              repeats,
              new ForgottenDeletions(
                  definition, store, environment, statements, streams(store, environment)));
    };
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    var store = store(definition);
    return new BigQueryMigration(
        definition,
        store,
        environment,
        statements(definition, environment),
        streams(store, environment));
  }

  private static Statements statements(
      PipelineDefinition definition, Map<String, String> environment) {
    return new Statements(
        Clients.statements(store(definition), environment), JobLabels.of(definition));
  }

  private static RowStreams streams(
      StoreDefinition.BigQuery store, Map<String, String> environment) {
    return new RowStreams(Clients.rows(store, environment));
  }

  private static StoreDefinition.BigQuery store(PipelineDefinition definition) {
    return (StoreDefinition.BigQuery) definition.store();
  }
}
