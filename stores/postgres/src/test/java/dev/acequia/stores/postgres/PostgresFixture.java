package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.testkit.StoreFixture;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A {@link Warehouse} as the contract's tests see it. */
final class PostgresFixture implements StoreFixture {
  private final Warehouse warehouse = Warehouse.create();

  @Override
  public StoreDefinition definition(String table) {
    return new StoreDefinition.Postgres("ops", table);
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    return warehouse.migrationEnvironment();
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return warehouse.writerEnvironment(pod);
  }

  @Override
  public Map<String, String> readerEnvironment() {
    return warehouse.readerEnvironment();
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    var names = names(definition);
    var interval = "interval '" + by.toSeconds() + " seconds'";
    run("UPDATE " + names.idempotency() + " SET seen_at = seen_at - " + interval);
    if (definition.mode() == LoadMode.UPSERT) {
      run("UPDATE " + names.deletions() + " SET deleted_at = deleted_at - " + interval);
    }
  }

  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    run("DELETE FROM " + names(definition).data() + " WHERE _offset >= " + fromOffset);
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    run("DROP TABLE " + names(definition).data());
  }

  @Override
  public void refill(PipelineDefinition definition) {
    run("DROP TABLE IF EXISTS " + String.join(", ", names(definition).refilled()));
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    run(
        "ALTER TABLE %s ADD CHECK (%s <> 'refused') NOT VALID"
            .formatted(names(definition).data(), Sql.quoted(field)));
    return Optional.of("refused");
  }

  @Override
  public boolean cutConnections() {
    run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '"
            + warehouse.writer()
            + "'");
    return true;
  }

  @Override
  public void close() {
    // The warehouse is one database of many on a server that ends with the process.
  }

  private static TableNames names(PipelineDefinition definition) {
    return TableNames.of((StoreDefinition.Postgres) definition.store());
  }

  private void run(String sql) {
    try {
      warehouse.asSuperuser(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
