package dev.acequia.stores.bigquery.client;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Dataset;
import com.google.cloud.bigquery.DatasetId;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.JobStatistics.QueryStatistics;
import com.google.cloud.bigquery.QueryJobConfiguration;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.cloud.bigquery.StandardTableDefinition;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableId;
import com.google.cloud.bigquery.TableInfo;
import com.google.cloud.bigquery.TableResult;
import dev.acequia.stores.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Statements, and what is asked and said of tables. */
public final class Statements {
  /** Of one statement: the service would have it wait for hours behind others. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Attempts of a statement that others keep from running, over some ten seconds. */
  private static final int ATTEMPTS = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private final BigQuery client;
  private final Map<String, String> labels;
  private final Duration patience;

  /**
   * Statements under an identity.
   *
   * @param labels of each statement; a bill can be grouped by them
   */
  public Statements(BigQuery client, Map<String, String> labels) {
    this(client, labels, PATIENCE);
  }

  /** Statements that are given up after some time. */
  Statements(BigQuery client, Map<String, String> labels, Duration patience) {
    this.patience = patience;
    this.client = client;
    this.labels = Map.copyOf(labels);
  }

  /** A table's name in a statement. */
  public static String name(TableId table) {
    return "`%s.%s.%s`".formatted(table.getProject(), table.getDataset(), table.getTable());
  }

  /** The rows of a query, all of them. */
  public List<FieldValueList> rows(String sql, Map<String, QueryParameterValue> parameters)
      throws StoreUnavailableException {
    return inTime(
        () -> {
          var rows = new ArrayList<FieldValueList>();
          run(sql, parameters).iterateAll().forEach(rows::add);
          return rows;
        });
  }

  /**
   * Makes a statement that changes rows or a table; how many rows it changed. One that others keep
   * from running has changed nothing, and is made again.
   */
  public long change(String sql, Map<String, QueryParameterValue> parameters)
      throws StoreUnavailableException {
    var pause = FIRST_PAUSE;
    for (var attempt = 1; ; attempt++) {
      try {
        return changed(sql, parameters);
      } catch (StoreUnavailableException e) {
        if (attempt == ATTEMPTS || !BigQueryFailure.isConflict(e)) {
          throw e;
        }
      }
      Pauses.pause(pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis())));
      pause = pause.multipliedBy(2);
    }
  }

  private long changed(String sql, Map<String, QueryParameterValue> parameters)
      throws StoreUnavailableException {
    return inTime(
        () -> {
          var result = run(sql, parameters);
          // The client counts no rows of a statement that takes longer than its first call waits.
          return result.getTotalRows() > 0 ? result.getTotalRows() : counted(result.getJobId());
        });
  }

  /**
   * Waits for a call. One that is given up may have its effect later, so what it changes has to
   * depend on what it was derived from.
   */
  private <T> T inTime(BigQueryFailure.Call<T> call) throws StoreUnavailableException {
    return BigQueryFailure.of(
        () -> {
          var task = new FutureTask<>(call::run);
          var thread = Thread.ofVirtual().name("bigquery-statement").start(task);
          try {
            return task.get(patience.toMillis(), TimeUnit.MILLISECONDS);
          } catch (TimeoutException e) {
            throw new BigQueryException(
                0, "a statement had no answer for %d s".formatted(patience.toSeconds()), e);
          } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
              throw cause;
            }
            if (e.getCause() instanceof Error error) {
              throw error;
            }
            throw new IllegalStateException(e.getCause());
          } finally {
            thread.interrupt();
          }
        });
  }

  private long counted(@Nullable JobId id) {
    var job = id == null ? null : client.getJob(id);
    return job != null
            && job.getStatistics() instanceof QueryStatistics statistics
            && statistics.getNumDmlAffectedRows() != null
        ? statistics.getNumDmlAffectedRows()
        : 0;
  }

  private TableResult run(String sql, Map<String, QueryParameterValue> parameters)
      throws InterruptedException {
    return client.query(
        QueryJobConfiguration.newBuilder(sql)
            .setUseLegacySql(false)
            .setUseQueryCache(false)
            .setLabels(labels)
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
    if (findDataset(dataset.getDatasetId()).isEmpty()) {
      unlessThere(() -> client.create(dataset));
    }
  }

  /** The dataset as it is; empty when there is none. */
  public Optional<Dataset> findDataset(DatasetId dataset) throws StoreUnavailableException {
    return BigQueryFailure.of(() -> Optional.ofNullable(client.getDataset(dataset)));
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
