package dev.acequia.stores.dynamodb;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.StoreHousekeeping;
import dev.acequia.stores.StoreMigration;
import dev.acequia.stores.StoreProvider;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreWriter;
import dev.acequia.stores.dynamodb.read.DynamoReader;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Tables in Amazon DynamoDB. */
public final class DynamoDbProvider implements StoreProvider {
  @Override
  public String kind() {
    return StoreDefinition.DynamoDb.KIND;
  }

  @Override
  public StoreReader reader(PipelineDefinition definition, Map<String, String> environment) {
    return DynamoReader.open(definition, store(definition), environment);
  }

  @Override
  public StoreWriter writer(PipelineDefinition definition, Map<String, String> environment) {
    return new DynamoWriter(definition, store(definition), environment, Clock.systemUTC());
  }

  /** In append mode nothing is deleted, and the service removes marks by itself. */
  @Override
  public List<StoreHousekeeping> housekeeping(
      PipelineDefinition definition, Map<String, String> environment) {
    return switch (definition.mode()) {
      case APPEND -> List.of();
      case UPSERT ->
          List.of(new ForgottenDeletions(store(definition), environment, Clock.systemUTC()));
    };
  }

  @Override
  public StoreMigration migration(PipelineDefinition definition, Map<String, String> environment) {
    return new DynamoMigration(definition, store(definition), environment);
  }

  private static StoreDefinition.DynamoDb store(PipelineDefinition definition) {
    return (StoreDefinition.DynamoDb) definition.store();
  }
}
