package dev.acequia.stores.bigquery.client;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TableResult;
import dev.acequia.stores.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Statements, and what is asked and said of tables. */
public final class Statements {
  private final BigQuery client;

  public Statements(BigQuery client) {
    this.client = client;
  }

  /** A table's name in a statement. */
  public static String name(TableId table) {
    return "`%s`.`%s`.`%s`".formatted(table.getProject(), table.getDataset(), table.getTable());
  }

  /** The rows of a query, all of them. */
  public List<FieldValueList> rows(String sql, Map<String, QueryParameterValue> parameters)
      throws StoreUnavailableException {
    return BigQueryFailure.of(
        () -> {
          var rows = new ArrayList<FieldValueList>();
          run(sql, parameters).iterateAll().forEach(rows::add);
          return rows;
        });
  }

  /** Makes a statement that changes rows or a table; how many rows it changed. */
  public long change(String sql, Map<String, QueryParameterValue> parameters)
      throws StoreUnavailableException {
    return BigQueryFailure.of(() -> run(sql, parameters).getTotalRows());
  }

  private TableResult run(String sql, Map<String, QueryParameterValue> parameters)
      throws InterruptedException {
    return client.query(
        QueryJobConfiguration.newBuilder(sql)
            .setUseLegacySql(false)
            .setUseQueryCache(false)
            .setNamedParameters(parameters)
            .build());
  }

  /** The table as it is; empty when there is none. */
  public Optional<Table> find(TableId table) throws StoreUnavailableException {
    return BigQueryFailure.of(() -> Optional.ofNullable(client.getTable(table)));
  }

  /**
   * Makes a table.
   *
   * @return false when there is one
   */
  public boolean create(TableId table, StandardTableDefinition definition)
      throws StoreUnavailableException {
    return unlessThere(() -> client.create(TableInfo.of(table, definition)));
  }

  /** Makes the dataset, unless there is one. */
  public void createDataset(DatasetInfo dataset) throws StoreUnavailableException {
    if (BigQueryFailure.of(() -> client.getDataset(dataset.getDatasetId())) == null) {
      unlessThere(() -> client.create(dataset));
    }
  }

  /** Changes what a table's resource says. */
  public void update(TableInfo table) throws StoreUnavailableException {
    BigQueryFailure.of(() -> client.update(table));
  }

  /** Removes a table, if there is one. */
  public void drop(TableId table) throws StoreUnavailableException {
    BigQueryFailure.of(() -> client.delete(table));
  }

  private static boolean unlessThere(Runnable creation) throws StoreUnavailableException {
    return BigQueryFailure.of(
        () -> {
          try {
            creation.run();
            return true;
          } catch (BigQueryException e) {
            if (BigQueryFailure.isThere(e)) {
              return false;
            }
            throw e;
          }
        });
  }
}
