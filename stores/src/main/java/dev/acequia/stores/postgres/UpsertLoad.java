package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The newest record of each key: into a staging table of the session, then one statement over all
 * of it. Within a batch the highest offset of a key wins, and where it is plain which keys are
 * equal the others are not even sent; against the table, a row of the same topic and partition is
 * only replaced by a newer record.
 */
final class UpsertLoad implements RowLoad {
  private static final String STAGE = "pg_temp.\"_acequia_stage\"";
  private static final String DELETED = "\"_deleted\"";

  private final String createStage;
  private final String copyToStage;
  private final DeletionStatements deletions;
  private final String rememberDeletions;
  private final String delete;
  private final String merge;
  private final String mergeRedriven;
  private final String mergeEachKeyOnce;
  private final RangeLoad.Statements ranges;

  UpsertLoad(TableNames names, Schema schema, UUID topicId) {
    var key = schema.key().stream().map(Sql::quoted).toList();
    var fields = PostgresBatch.columns(schema, LoadMode.UPSERT).stream().map(Sql::quoted).toList();
    var staged = columns(fields, List.of("\"_partition\"", "\"_offset\""));
    var id = "'" + topicId + "'::uuid";
    // Deletions have only their key, so that nothing in it may be NOT NULL; CREATE … AS leaves such
    // constraints out.
    createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS \"_acequia_stage\" ON COMMIT DELETE ROWS AS SELECT "
            + staged
            + ", false AS "
            + DELETED
            + " FROM "
            + names.data()
            + " WITH NO DATA";
    copyToStage = "COPY " + STAGE + " (" + staged + ", " + DELETED + ") FROM STDIN (FORMAT binary)";
    deletions = new DeletionStatements(names, schema);
    var newest = newest(key, STAGE);
    rememberDeletions = deletions.remember(newest, DELETED, id);
    delete = delete(names, key, id, newest);
    merge = merge(names, key, fields, id, newest, "", "");
    var notDeletedSince = " AND " + deletions.notDeletedSince(id);
    mergeRedriven = merge(names, key, fields, id, newest, "", notDeletedSince);
    mergeEachKeyOnce = merge(names, key, fields, id, "SELECT * FROM " + STAGE, "", "");
    var inRange = newest(key, RangeLoad.STAGE + " WHERE \"_row\" BETWEEN ? AND ?");
    ranges =
        new RangeLoad.Statements(
            staged + ", " + DELETED,
            "SELECT "
                + staged
                + ", false AS "
                + DELETED
                + " FROM "
                + names.data()
                + " WITH NO DATA",
            List.of(
                deletions.remember(inRange, DELETED, id),
                delete(names, key, id, inRange),
                merge(names, key, fields, id, inRange, " + " + RangeLoad.TRACE, notDeletedSince)));
  }

  private static String newest(List<String> key, String from) {
    return "SELECT DISTINCT ON ("
        + String.join(", ", key)
        + ") * FROM "
        + from
        + " ORDER BY "
        + String.join(", ", key)
        + ", \"_offset\" DESC, \"_partition\" DESC";
  }

  private static String delete(TableNames names, List<String> key, String id, String newest) {
    return "DELETE FROM "
        + names.data()
        + " t USING ("
        + newest
        + ") s WHERE s."
        + DELETED
        + " AND "
        + key.stream().map(k -> "t." + k + " = s." + k).collect(Collectors.joining(" AND "))
        + " AND "
        + notNewer(id, "s");
  }

  private static String merge(
      TableNames names,
      List<String> key,
      List<String> fields,
      String id,
      String newest,
      String trace,
      String condition) {
    return "INSERT INTO "
        + names.data()
        + " AS t ("
        + columns(fields, List.of(Provenance.KEY))
        + ") SELECT "
        + columns(fields, List.of(id, "\"_partition\"", "\"_offset\"" + trace))
        + " FROM ("
        + newest
        + ") s WHERE NOT s."
        + DELETED
        + condition
        + " ON CONFLICT ("
        + String.join(", ", key)
        + ") DO UPDATE SET "
        + Stream.concat(
                fields.stream().filter(field -> !key.contains(field)),
                Provenance.COLUMNS.stream().map(Sql::quoted))
            .map(column -> column + " = excluded." + column)
            .collect(Collectors.joining(", "))
        + " WHERE "
        + notNewer(id, "excluded");
  }

  @Override
  public void prepare(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(createStage);
    }
  }

  @Override
  public int load(PostgresSession session, PostgresBatch batch, BitSet skip) throws SQLException {
    try (var statement = session.connection().createStatement()) {
      var superseded = batch.superseded();
      // What is skipped may be the newest of its key.
      if (superseded.isPresent()
          && skip.isEmpty()
          && !batch.hasDeletions()
          && !batch.hasRedriven()) {
        CopyRows.copy(session, copyToStage, batch, 0, batch.rows(), superseded.get());
        statement.executeUpdate(mergeEachKeyOnce);
        return 0;
      }
      CopyRows.copy(session, copyToStage, batch, 0, batch.rows(), skip);
      if (batch.hasDeletions()) {
        statement.executeUpdate(rememberDeletions);
        statement.executeUpdate(delete);
      }
      statement.executeUpdate(batch.hasRedriven() ? mergeRedriven : merge);
    }
    return 0;
  }

  @Override
  public void forgetOld(Connection connection) throws SQLException {
    deletions.forgetOld(connection);
  }

  @Override
  public RangeLoad inRanges(PostgresSession session, PostgresBatch batch, BitSet skip) {
    return new RangeLoad(session, batch, skip, ranges, false);
  }

  /** Whether what stands in the table is not newer than what comes. */
  static String notNewer(String topicId, String incoming) {
    return "(t.\"_topic_id\" <> "
        + topicId
        + " OR t.\"_partition\" <> "
        + incoming
        + ".\"_partition\" OR t.\"_offset\" <= "
        + incoming
        + ".\"_offset\")";
  }

  private static String columns(List<String> fields, List<String> more) {
    return String.join(", ", fields) + ", " + String.join(", ", more);
  }
}
