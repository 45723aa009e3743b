package dev.acequia.benchmarks.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQuery.TableDataListOption;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableResult;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.RuntimeVariable;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.servers.Home;
import dev.acequia.servers.Ports;
import dev.acequia.servers.bigquery.BigQueryServer;
import dev.acequia.servers.bigquery.LocalBigQuery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Histories in BigQuery, which the stand-in plays: some tables for each pipeline. */
final class BigQueryHistory implements ServiceStore {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String PARTITION_ROW = "partition ";
  private static final int PAGE_ROWS = 5_000;

  /** The stand-in answers over tables of 4 MB at most. */
  private static final HistorySize SIZE =
      new HistorySize(4, 12_000, 500, 5, Duration.ofMillis(500));

  private final Home home;
  private volatile BigQueryServer server;
  private final BigQuery client;

  private BigQueryHistory(Home home) {
    this.home = home;
    server = start();
    client =
        BigQueryOptions.newBuilder()
            .setProjectId(LocalBigQuery.PROJECT)
            .setHost(server.endpoint())
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
  }

  static HistoryStore start(Home home, Clocks clocks) {
    return new BigQueryHistory(home);
  }

  private BigQueryServer start() {
    return BigQueryServer.start(home, Ports.keptIn(home.data()));
  }

  @Override
  public void restart() {
    server.close();
    server = start();
  }

  @Override
  public HistorySize size() {
    return SIZE;
  }

  @Override
  public StorePorts ports() {
    var now = server;
    return new StorePorts(
        URI.create(now.endpoint()).getPort(), URI.create(now.storageEndpoint()).getPort());
  }

  @Override
  public StoreLink link(LoadMode mode, SpoiledCalls spoiled) {
    var traps = new Traps();
    var calls = new BigQueryCalls(mode);
    var statements = new CallProxy(() -> ports().main(), calls, "", traps, spoiled);
    var rows = new RowsProxy(() -> ports().rows(), calls, traps, spoiled);
    return StoreLink.of(
        new StorePorts(statements.port(), rows.port()),
        traps,
        () -> {
          statements.close();
          rows.close();
        });
  }

  @Override
  public StoreDefinition definition(String pipeline, StorePorts ports) {
    return new StoreDefinition.BigQuery(
        LocalBigQuery.PROJECT,
        HistoryPipeline.NAMESPACE,
        pipeline,
        null,
        "http://127.0.0.1:" + ports.main(),
        "http://127.0.0.1:" + ports.rows(),
        1,
        null,
        List.of(),
        0);
  }

  @Override
  public Map<RuntimeVariable, String> consumerEnvironment(String pipeline, StorePorts ports) {
    return Map.of();
  }

  /**
   * Where a partition is.
   *
   * @param next as the state has it
   * @param fence under which rows may be ahead of that; -1 where none may
   */
  private record State(long next, long fence) {}

  /** In append mode the rows of the last claim say how far the log was read. */
  @Override
  public Map<Integer, Long> storedOffsets(String pipeline, LoadMode mode)
      throws StoreDownException {
    var states = states(pipeline);
    var offsets = new TreeMap<Integer, Long>();
    states.forEach((partition, state) -> offsets.put(partition, state.next()));
    if (mode == LoadMode.APPEND) {
      query(
              "SELECT _topic_partition, _fence, MAX(_read) FROM `%s` GROUP BY 1, 2"
                  .formatted(named(pipeline)))
          .forEach(
              row -> {
                var partition = (int) row.get(0).getLongValue();
                var state = states.get(partition);
                if (state != null && state.fence() == row.get(1).getLongValue()) {
                  offsets.merge(partition, row.get(2).getLongValue() + 1, Math::max);
                }
              });
    }
    return offsets;
  }

  private Map<Integer, State> states(String pipeline) throws StoreDownException {
    var states = new HashMap<Integer, State>();
    for (var row : query("SELECT id, body FROM `%s_acequia`".formatted(named(pipeline)))) {
      var id = row.get(0).getStringValue();
      if (id.startsWith(PARTITION_ROW)) {
        var partition = id.substring(PARTITION_ROW.length());
        var body = json(row.get(1).getStringValue());
        var fence = body.path("stream").path("fences").path(partition);
        states.put(
            Integer.valueOf(partition),
            new State(body.path("next").asLong(), fence.isMissingNode() ? -1 : fence.asLong()));
      }
    }
    return states;
  }

  private static String named(String pipeline) {
    return "%s.%s.%s".formatted(LocalBigQuery.PROJECT, HistoryPipeline.NAMESPACE, pipeline);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<FieldValueList> query(String sql) throws StoreDownException {
    try {
      return all(client.query(QueryJobConfiguration.of(sql)));
    } catch (BigQueryException e) {
      throw new StoreDownException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreDownException(e);
    }
  }

  private static List<FieldValueList> all(TableResult pages) {
    var rows = new ArrayList<FieldValueList>();
    pages.iterateAll().forEach(rows::add);
    return rows;
  }

  /** By {@code tabledata.list}. */
  @Override
  public StoredTable table(String pipeline, LoadMode mode) throws StoreDownException {
    var id = TableId.of(LocalBigQuery.PROJECT, HistoryPipeline.NAMESPACE, pipeline);
    try {
      var schema = Objects.requireNonNull(client.getTable(id).getDefinition().getSchema());
      var names = schema.getFields().stream().map(field -> field.getName()).toList();
      return StoredTable.of(
          all(client.listTableData(id, schema, TableDataListOption.pageSize(PAGE_ROWS))).stream()
              .filter(row -> !names.contains("_deleted") || row.get("_deleted").isNull())
              .map(row -> row(row, names))
              .toList());
    } catch (BigQueryException e) {
      throw new StoreDownException(e);
    }
  }

  private static StoredRow row(FieldValueList row, List<String> names) {
    return new StoredRow(
        (int) row.get("_topic_partition").getLongValue(),
        row.get("_offset").getLongValue(),
        row.get("id").getLongValue(),
        names.contains("key") ? (Integer) (int) row.get("key").getLongValue() : null,
        (int)
            names.stream()
                .filter(name -> name.startsWith(HistoryPipeline.ADDED) && !row.get(name).isNull())
                .count());
  }

  @Override
  public void close() {
    server.close();
  }
}
