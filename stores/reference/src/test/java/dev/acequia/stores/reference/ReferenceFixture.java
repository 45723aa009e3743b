package dev.acequia.stores.reference;

import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.testkit.StoreFixture;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A store of one test's own. */
final class ReferenceFixture implements StoreFixture {
  private final Map<String, String> environment =
      Map.of(RuntimeVariable.STORE_URI.name(), "memory:" + UUID.randomUUID());

  private Table table(PipelineDefinition definition) {
    return ReferenceStore.of(environment).table(((ReferenceDefinition) definition.store()).table());
  }

  @Override
  public StoreDefinition definition(String table) {
    return new ReferenceDefinition(table);
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    return environment;
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return environment;
  }

  @Override
  public Map<String, String> readerEnvironment() {
    return environment;
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    ReferenceStore.of(environment).pass(by);
  }

  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    table(definition)
        .change(
            content -> content.rows.values().removeIf(row -> row.origin().offset() >= fromOffset));
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    table(definition)
        .change(
            content -> {
              content.dropTable();
              return true;
            });
  }

  @Override
  public void refill(PipelineDefinition definition) {
    table(definition)
        .change(
            content -> {
              content.dropForRefill();
              return true;
            });
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    var refused = "refused";
    table(definition).change(content -> content.refusals.add(new Content.Refusal(field, refused)));
    return Optional.of(refused);
  }

  @Override
  public boolean cutConnections() {
    return false;
  }

  @Override
  public void close() {
    ReferenceStore.forget(environment);
  }
}
