package dev.acequia.stores.bigquery;

import com.google.cloud.bigquery.FieldValueList;
import com.google.cloud.bigquery.QueryParameterValue;
import com.google.protobuf.ByteString;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.stores.Origin;
import dev.acequia.stores.StoreUnavailableException;
import dev.acequia.stores.bigquery.client.Statements;
import dev.acequia.stores.bigquery.row.RowKeys;
import dev.acequia.stores.bigquery.table.Columns;
import dev.acequia.stores.bigquery.table.TableNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the table of upsert mode has of keys, deletions among it. */
final class StoredKeys {
  /** Keys of one query. */
  private static final int AT_ONCE = 200;

  private static final String DELETED_BEFORE =
      "%s AND %s < TIMESTAMP_MILLIS(@before)".formatted(Columns.DELETED, Columns.DELETED_AT);

  private final Statements statements;
  private final String table;
  private final RowKeys keys;

  StoredKeys(Statements statements, TableNames names, PipelineDefinition definition) {
    this.statements = statements;
    table = Statements.name(names.data());
    keys = new RowKeys(definition);
  }

  /** What the table has of a key. */
  record Seen(Origin origin, boolean deleted) {}

  /**
   * A deletion that is remembered.
   *
   * @param key as rows have it
   */
  record Deletion(ByteString key, Origin origin, long fence) {}

  Map<ByteString, Seen> find(List<ByteString> wanted) throws StoreUnavailableException {
    var found = new HashMap<ByteString, Seen>();
    for (var from = 0; from < wanted.size(); from += AT_ONCE) {
      var some = wanted.subList(from, Math.min(from + AT_ONCE, wanted.size()));
      var parameters = new HashMap<String, QueryParameterValue>();
      var condition = keys.isOneOf(some, parameters);
      for (var row : statements.rows(select() + condition, parameters)) {
        found.put(
            keys.key(row),
            new Seen(
                origin(row), !row.get("deleted").isNull() && row.get("deleted").getBooleanValue()));
      }
    }
    return found;
  }

  private String select() {
    return "SELECT %s, %s AS generation, %s AS log, %s AS place, %s AS fence, %s AS deleted FROM %s WHERE "
        .formatted(
            keys.columns(),
            Columns.GENERATION,
            Columns.PARTITION,
            Columns.OFFSET,
            Columns.FENCE,
            Columns.DELETED,
            table);
  }

  /**
   * Whether there are deletions that were stored before a time. The query reads two columns that
   * are null in all other rows, and BigQuery bills no nulls.
   */
  boolean hasDeletions(long beforeMillis) throws StoreUnavailableException {
    return !statements
        .rows(
            "SELECT 1 AS one FROM %s WHERE %s LIMIT 1".formatted(table, DELETED_BEFORE),
            Map.of("before", QueryParameterValue.int64(beforeMillis)))
        .isEmpty();
  }

  /** Deletions that were stored before a time, some of them. */
  List<Deletion> deletions(long beforeMillis, int most) throws StoreUnavailableException {
    var found = new ArrayList<Deletion>();
    var rows =
        statements.rows(
            select() + DELETED_BEFORE + " LIMIT " + most,
            Map.of("before", QueryParameterValue.int64(beforeMillis)));
    for (var row : rows) {
      found.add(new Deletion(keys.key(row), origin(row), row.get("fence").getLongValue()));
    }
    return found;
  }

  private static Origin origin(FieldValueList row) {
    return new Origin(
        (int) row.get("generation").getLongValue(),
        (int) row.get("log").getLongValue(),
        row.get("place").getLongValue());
  }
}
