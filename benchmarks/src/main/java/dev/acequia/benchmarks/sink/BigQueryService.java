package dev.acequia.benchmarks.sink;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.PrimaryKey;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.StandardSQLTypeName;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.TableConstraints;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import dev.acequia.benchmarks.serving.Flights;
import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.bigquery.BigQueryServer;
import dev.acequia.servers.bigquery.LocalBigQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** BigQuery, played by the stand-in. */
final class BigQueryService implements CloudService {
  private static final String DATASET = "bench";
  private static final String PARTITION_ROW = "partition ";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final BigQueryServer server;
  private final BigQuery client;
  private final RowsStub stub;
  private long rowsBefore;

  BigQueryService(Path folder) {
    server = BigQueryServer.start(folder.resolve("bigquery"));
    client =
        BigQueryOptions.newBuilder()
            .setProjectId(LocalBigQuery.PROJECT)
            .setHost(server.endpoint())
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    stub = new RowsStub(URI.create(server.storageEndpoint()).getPort());
  }

  @Override
  public String name() {
    return "BigQuery";
  }

  private int rowsPort(Place place) {
    return switch (place) {
      case STUB -> stub.port();
      case DOUBLE -> URI.create(server.storageEndpoint()).getPort();
    };
  }

  @Override
  public String kind() {
    return StoreDefinition.BigQuery.KIND;
  }

  @Override
  public StoreDefinition definition(String table, Place place) {
    rowsBefore = stub.rows();
    return new StoreDefinition.BigQuery(
        LocalBigQuery.PROJECT,
        DATASET,
        table,
        null,
        server.endpoint(),
        "http://127.0.0.1:" + rowsPort(place),
        1,
        null,
        List.of(),
        0);
  }

  @Override
  public Map<RuntimeVariable, String> environment() {
    return Map.of(RuntimeVariable.STORE_KIND, kind());
  }

  /** In append mode the positions are written once a minute, so the rows are counted. */
  @Override
  public boolean isLoaded(String table, LoadMode mode, Place place, Expected expected) {
    if (mode == LoadMode.APPEND) {
      var rows = place == Place.STUB ? stub.rows() - rowsBefore : held(table).rows();
      return rows >= expected.records();
    }
    var positions = new HashMap<Integer, Long>();
    for (var row : query("SELECT id, body FROM `%s_acequia`".formatted(named(table)))) {
      var id = row.get(0).getStringValue();
      if (id.startsWith(PARTITION_ROW)) {
        positions.put(
            Integer.valueOf(id.substring(PARTITION_ROW.length())),
            next(row.get(1).getStringValue()));
      }
    }
    return expected.lasts().stream()
        .allMatch(last -> positions.getOrDefault(last.partition(), 0L) > last.offset());
  }

  private static long next(String body) {
    try {
      return JSON.readTree(body).path("next").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String named(String table) {
    return "%s.%s.%s".formatted(LocalBigQuery.PROJECT, DATASET, table);
  }

  private List<FieldValueList> query(String sql) {
    try {
      var rows = new ArrayList<FieldValueList>();
      client.query(QueryJobConfiguration.of(sql)).iterateAll().forEach(rows::add);
      return rows;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Class<?> loop() {
    return BigQueryLoop.class;
  }

  @Override
  public Map<String, String> prepareLoop(String table, LoadMode mode, Place place) {
    var columns = new ArrayList<com.google.cloud.bigquery.Field>();
    Flights.SCHEMA.fields().forEach(field -> columns.add(column(field)));
    columns.add(com.google.cloud.bigquery.Field.of("topic_partition", StandardSQLTypeName.INT64));
    columns.add(com.google.cloud.bigquery.Field.of("topic_offset", StandardSQLTypeName.INT64));
    var definition =
        StandardTableDefinition.newBuilder()
            .setSchema(com.google.cloud.bigquery.Schema.of(columns));
    if (mode == LoadMode.UPSERT) {
      definition.setTableConstraints(
          TableConstraints.newBuilder()
              .setPrimaryKey(PrimaryKey.newBuilder().setColumns(Flights.SCHEMA.key()).build())
              .build());
    }
    client.create(
        TableInfo.of(TableId.of(LocalBigQuery.PROJECT, DATASET, table), definition.build()));
    return Map.of(
        BigQueryLoop.TARGET,
        "127.0.0.1:" + rowsPort(place),
        BigQueryLoop.TABLE,
        "projects/%s/datasets/%s/tables/%s".formatted(LocalBigQuery.PROJECT, DATASET, table));
  }

  private static com.google.cloud.bigquery.Field column(Field field) {
    return com.google.cloud.bigquery.Field.of(
        field.name(),
        switch (field.type()) {
          case TIMESTAMP -> StandardSQLTypeName.TIMESTAMP;
          case INT32, INT64 -> StandardSQLTypeName.INT64;
          case DOUBLE -> StandardSQLTypeName.FLOAT64;
          case STRING -> StandardSQLTypeName.STRING;
          case BOOLEAN, DATE, DECIMAL, UUID, JSON ->
              throw new IllegalArgumentException(field.name());
        });
  }

  @Override
  public Held held(String table) {
    var row = query("SELECT COUNT(*), SUM(arr_delay) FROM `%s`".formatted(named(table))).getFirst();
    return new Held(
        row.get(0).getLongValue(), row.get(1).isNull() ? 0 : (long) row.get(1).getDoubleValue());
  }

  @Override
  public void close() {
    stub.close();
    server.close();
  }
}
