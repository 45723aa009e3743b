package dev.acequia.stores.lake.read;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.reference.ReferenceDefinition;
import dev.acequia.stores.testkit.Pipelines;
import java.util.UUID;

/** Columns of queries without a pipeline. */
final class LakeQueries {
  private LakeQueries() {}

  static RecordColumns records(Schema schema, LoadMode mode) {
    return RecordColumns.of(definition(schema, mode));
  }

  static PipelineDefinition definition(Schema schema, LoadMode mode) {
    return Pipelines.definition(
        new ReferenceDefinition("flights"), schema, mode, UUID.randomUUID(), 1, null);
  }
}
