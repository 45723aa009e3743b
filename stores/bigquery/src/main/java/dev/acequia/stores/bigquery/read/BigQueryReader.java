package dev.acequia.stores.bigquery.read;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.KeyReads;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReader;
import dev.acequia.stores.bigquery.client.Clients;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Expression;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Answers queries from a pipeline's table in BigQuery: each is one statement there. */
public final class BigQueryReader implements StoreReader {
  private static final String SERVICE = "https://bigquery.googleapis.com";

  private final RecordColumns records;
  private final ReaderLimits limits;
  private final SelectStatement select;
  private final QueryJobs jobs;
  private final TableSize size;
  private final @Nullable KeyReads byKey;

  BigQueryReader(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      RestCalls calls,
      ReaderLimits limits) {
    this.limits = limits;
    records = RecordColumns.of(definition);
    select = new SelectStatement(store, definition.mode());
    jobs = new QueryJobs(definition, store, calls, limits);
    size = new TableSize(store, calls);
    byKey =
        records.keyIsUnique()
            ? new KeyReads(
                new KeyedTable(records, select, jobs, limits),
                limits.keyStatements(),
                limits.patience())
            : null;
  }

  /**
   * Needs the environment's {@code STORE_CREDENTIALS}, or an identity of the process; connects when
   * first asked.
   */
  public static BigQueryReader open(
      PipelineDefinition definition,
      StoreDefinition.BigQuery store,
      Map<String, String> environment) {
    return new BigQueryReader(definition, store, calls(store, environment), ReaderLimits.DEFAULT);
  }

  static RestCalls calls(StoreDefinition.BigQuery store, Map<String, String> environment) {
    return new RestCalls(
        Clients.statements(store, environment).getOptions(),
        Objects.requireNonNullElse(store.endpoint(), SERVICE));
  }

  @Override
  public void read(Query query, RowSink sink) throws StoreReadException, IOException {
    if (query.limit() == 0) {
      return;
    }
    var types = query.columns().stream().map(Expression::type).toList();
    try (var rows = jobs.rows(select.rows(query), types, deadline())) {
      while (rows.next()) {
        sink.row(rows.row());
      }
    }
  }

  private Deadline deadline() {
    return Deadline.in(limits.read());
  }

  @Override
  public boolean readOne(List<Literal> key, RowSink sink) throws StoreReadException, IOException {
    if (byKey == null) {
      throw new IllegalStateException("in append mode no key belongs to one record");
    }
    return byKey.read(key, sink);
  }

  @Override
  public long count(Query query) throws StoreReadException {
    try (var rows = jobs.rows(select.count(query), List.of(FieldType.INT64), deadline())) {
      return rows.next() ? rows.row().longAt(0) : 0;
    }
  }

  /**
   * The table's rows: what a filter leaves of them is known only to who reads them, at a price.
   * Rows that stand for deletions are among them.
   */
  @Override
  public long estimate(Query query) throws StoreReadException {
    return size.rows(deadline());
  }

  /** Has the service check a query for all fields without running it, which costs nothing. */
  @Override
  public void probe() throws StoreReadException {
    var everything =
        new Query(records.all(), Condition.always(), records.total(List.of()), List.of(), 1, 0);
    jobs.check(select.rows(everything), deadline());
  }

  @Override
  public void close() {
    // Connections end by themselves when they are idle.
  }
}
