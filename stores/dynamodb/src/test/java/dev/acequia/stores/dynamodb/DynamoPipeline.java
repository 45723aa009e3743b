package dev.acequia.stores.dynamodb;

import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.testkit.LoadedPipeline;
import dev.acequia.stores.testkit.StoreFixture;
import java.util.Map;

/** A pipeline in DynamoDB. */
final class DynamoPipeline extends LoadedPipeline {
  DynamoPipeline(
      StoreDefinition store, Map<String, String> environment, Schema schema, LoadMode mode) {
    super(store, environment, schema, mode);
  }

  DynamoPipeline(StoreFixture fixture, int partitions) {
    super(fixture, partitions);
  }

  DynamoPipeline(StoreFixture fixture, LoadMode mode) {
    super(fixture, mode);
  }

  DynamoPipeline(StoreFixture fixture, LoadMode mode, Field... fields) {
    super(fixture, mode, fields);
  }

  TableNames names() {
    return TableNames.of((StoreDefinition.DynamoDb) definition.store());
  }
}
