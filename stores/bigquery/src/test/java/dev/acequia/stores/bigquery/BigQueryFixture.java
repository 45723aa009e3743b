package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.storage.v1.ProtoRows;
import com.google.protobuf.ByteString;
import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TimePartition;
import dev.acequia.servers.bigquery.LocalBigQuery;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.bigquery.client.RowStreams;
import dev.acequia.stores.bigquery.client.RowStreams.Outcome;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.row.Envelope;
import dev.acequia.stores.bigquery.row.RowEncoder;
import dev.acequia.stores.bigquery.row.RowKeys;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.TableNames;
import dev.acequia.stores.testkit.StoreFixture;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A stand-in of one test's own. */
final class BigQueryFixture implements StoreFixture {
  static final String DATASET = "test";

  private static final String REFUSED = "no such name";

  private final LocalBigQuery server = LocalBigQuery.start();
  private final Statements statements;
  private final RowStreams streams;

  BigQueryFixture() {
    statements = new Statements(Clients.statements(definition("any"), Map.of()), Map.of());
    streams = new RowStreams(Clients.rows(definition("any"), Map.of()));
  }

  LocalBigQuery server() {
    return server;
  }

  /** Statements that go to the stand-in without the pipeline's knowledge. */
  Statements statements() {
    return statements;
  }

  @Override
  public StoreDefinition.BigQuery definition(String table) {
    return definition(table, null, null, List.of());
  }

  StoreDefinition.BigQuery definition(
      String table,
      @Nullable String location,
      @Nullable TimePartition partition,
      List<String> clusterBy) {
    return new StoreDefinition.BigQuery(
        LocalBigQuery.PROJECT,
        DATASET,
        table,
        location,
        server.endpoint(),
        server.storageEndpoint(),
        1,
        partition,
        clusterBy,
        0);
  }

  @Override
  public Map<String, String> migrationEnvironment() {
    return Map.of();
  }

  @Override
  public Map<String, String> writerEnvironment(String pod) {
    return Map.of();
  }

  @Override
  public Map<String, String> readerEnvironment() {
    return Map.of();
  }

  @Override
  public StoreReader reader(PipelineDefinition definition) {
    return new WholeTable(definition, statements);
  }

  @Override
  public boolean widens(Field from, Field to) {
    return from.type() == FieldType.DECIMAL
        ? Columns.digits(to).canReplace(Columns.digits(from))
        : to.type() == FieldType.INT64 || to.type() == FieldType.DECIMAL;
  }

  /** A key has one partition: of two records the one with the larger offset counts. */
  @Override
  public boolean lastWriteWinsAcrossPartitions() {
    return false;
  }

  @Override
  public Optional<BigDecimal> stored(BigDecimal decimal) {
    var shortest = decimal.signum() == 0 ? BigDecimal.ZERO : decimal.stripTrailingZeros();
    return shortest.scale() <= Columns.DIGITS.scale()
            && shortest.precision() - shortest.scale() <= Columns.DIGITS.beforePoint()
        ? Optional.of(shortest.setScale(Math.max(0, shortest.scale())))
        : Optional.empty();
  }

  static TableNames names(PipelineDefinition definition) {
    return TableNames.of((StoreDefinition.BigQuery) definition.store());
  }

  private void change(String sql, Map<String, QueryParameterValue> parameters) {
    try {
      statements.change(sql, parameters);
    } catch (StoreUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void age(PipelineDefinition definition, Duration by) {
    change(
        "UPDATE %s SET stored = TIMESTAMP_SUB(stored, INTERVAL @by MILLISECOND) WHERE stored IS NOT NULL"
            .formatted(Statements.name(names(definition).marks())),
        Map.of("by", QueryParameterValue.int64(by.toMillis())));
    if (definition.mode() == LoadMode.UPSERT) {
      changeRows(
          definition,
          "_deleted",
          (row, encoder, envelope) ->
              encoder
                  .origin(row.origin())
                  .concat(row.key())
                  .concat(deleted(definition))
                  .concat(
                      envelope.upserted(
                          row.origin(),
                          row.fence() + 1,
                          row.deletedAtMicros() - by.toMillis() * 1_000)));
    }
  }

  @Override
  public void loseRows(PipelineDefinition definition, long fromOffset) {
    switch (definition.mode()) {
      case APPEND ->
          change(
              "DELETE FROM %s WHERE %s >= @from"
                  .formatted(Statements.name(names(definition).data()), Columns.OFFSET),
              Map.of("from", QueryParameterValue.int64(fromOffset)));
      case UPSERT ->
          changeRows(
              definition,
              "_deleted IS NOT TRUE AND %s >= %d".formatted(Columns.OFFSET, fromOffset),
              (row, encoder, envelope) ->
                  encoder
                      .origin(row.origin())
                      .concat(row.key())
                      .concat(envelope.removed(row.origin(), row.fence())));
    }
  }

  /** The column of a deletion, as a part of its row. */
  private static ByteString deleted(PipelineDefinition definition) {
    var number =
        RowEncoder.schema(definition).getProtoDescriptor().getFieldList().stream()
            .filter(field -> field.getName().equals(Columns.DELETED))
            .findFirst()
            .orElseThrow()
            .getNumber();
    return ByteString.copyFrom(new byte[] {(byte) (number << 3), 1});
  }

  private record Stored(ByteString key, Origin origin, long fence, long deletedAtMicros) {}

  private interface RowChange {
    ByteString of(Stored row, RowEncoder encoder, Envelope envelope);
  }

  /** A table that takes changes takes no statements. */
  private void changeRows(PipelineDefinition definition, String where, RowChange change) {
    var keys = new RowKeys(definition);
    var encoder = new RowEncoder(definition);
    var rows = ProtoRows.newBuilder();
    try {
      for (var row :
          statements.rows(
              "SELECT %s, %s AS generation, %s AS log, %s AS place, %s AS fence, IFNULL(UNIX_MICROS(%s), 0) AS deleted FROM %s WHERE %s"
                  .formatted(
                      keys.columns(),
                      Columns.GENERATION,
                      Columns.PARTITION,
                      Columns.OFFSET,
                      Columns.FENCE,
                      Columns.DELETED_AT,
                      Statements.name(names(definition).data()),
                      where),
              Map.of())) {
        rows.addSerializedRows(
            change.of(
                new Stored(
                    keys.key(row),
                    new Origin(
                        (int) row.get("generation").getLongValue(),
                        (int) row.get("log").getLongValue(),
                        row.get("place").getLongValue()),
                    row.get("fence").getLongValue(),
                    row.get("deleted").getLongValue()),
                encoder,
                new Envelope()));
      }
      if (rows.getSerializedRowsCount() > 0
          && !(streams.change(names(definition).data(), RowEncoder.schema(definition), rows.build())
              instanceof Outcome.Stored)) {
        throw new IllegalStateException("not changed");
      }
    } catch (StoreUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void dropTable(PipelineDefinition definition) {
    try {
      statements.drop(names(definition).data());
    } catch (StoreUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Removes all tables of a pipeline. */
  void dropAll(PipelineDefinition definition) {
    try {
      for (var table :
          List.of(
              names(definition).data(),
              names(definition).marks(),
              names(definition).repeats(),
              names(definition).state())) {
        statements.drop(table);
      }
    } catch (StoreUnavailableException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the command's own statement. */
  @Override
  public void refill(PipelineDefinition definition) {
    dropTable(definition);
    change(
        RegistryCommandsTest.statement(
            new RegistryCommands(names(definition)).without(Registry.TABLE)),
        Map.of());
  }

  @Override
  public Optional<String> refuse(PipelineDefinition definition, String field) {
    server.refuse(row -> REFUSED.equals(row.get(field)));
    return Optional.of(REFUSED);
  }

  /** A call over a broken connection is retried over another one, so no batch notices. */
  @Override
  public boolean cutConnections() {
    return false;
  }

  @Override
  public void close() {
    streams.close();
    server.close();
  }
}
