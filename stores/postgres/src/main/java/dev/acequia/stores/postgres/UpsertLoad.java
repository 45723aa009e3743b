package dev.acequia.stores.postgres;

import dev.acequia.contract.LoadMode;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import dev.acequia.stores.RowRejection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The newest record of each key. Within a batch the highest offset of a key wins, and where it is
 * plain which keys are equal the others are not even sent; against the table, a row of the same
 * partition is only replaced by a record of a later generation, or of the same and further on.
 *
 * <p>Rows of keys that seem new, as those of events are, go straight into the table; others into a
 * staging table of the session, then by one statement over all of it. Should the table know a key
 * that seemed new, all of the batch is staged.
 */
final class UpsertLoad implements RowLoad {
  private static final String STAGE = "pg_temp.\"_acequia_stage\"";

  /** What a query of staged rows says of each; there, a deletion's generation is negative. */
  private static final String DELETED = "\"_deleted\"";

  /** Of so many batches, one is tried straight although the one before met a key of the table. */
  private static final int LONGEST_PAUSE = 64;

  private final String createStage;
  private final String copyToTable;
  private final String copyToStage;
  private final RedriveGuard guard;
  private final String rememberDeletions;
  private final String rememberDeletionsRedriven;
  private final String delete;
  private final String merge;
  private final String mergeUnlessDeleted;
  private final String mergeEachKeyOnce;
  private final String mergeEachKeyOnceUnlessDeleted;
  private final RangeLoad.Statements ranges;

  private final RecentKeys recent = new RecentKeys();
  private int pause;
  private int batchesToPause;

  UpsertLoad(TableNames names, Schema schema) {
    var key = schema.key().stream().map(Sql::quoted).toList();
    var fields = PostgresBatch.columns(schema, LoadMode.UPSERT).stream().map(Sql::quoted).toList();
    var columns =
        Stream.concat(fields.stream(), Provenance.COLUMNS.stream().map(Sql::quoted))
            .collect(Collectors.joining(", "));
    // Deletions have only their key, so that nothing in it may be NOT NULL; CREATE … AS leaves such
    // constraints out.
    createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS \"_acequia_stage\" ON COMMIT DELETE ROWS AS SELECT "
            + columns
            + " FROM "
            + names.data()
            + " WITH NO DATA";
    copyToTable = "COPY " + names.data() + " (" + columns + ") FROM STDIN (FORMAT binary)";
    copyToStage = "COPY " + STAGE + " (" + columns + ") FROM STDIN (FORMAT binary)";
    guard = new RedriveGuard(names, schema);
    var deletions = new DeletionStatements(names, schema);
    var newest = newest(key, fields, STAGE);
    rememberDeletions = deletions.remember(newest, DELETED, "");
    var unlessForgotten = " AND " + deletions.unlessForgotten();
    rememberDeletionsRedriven = deletions.remember(newest, DELETED, unlessForgotten);
    delete = delete(names, key, newest);
    merge = merge(names, key, fields, newest, "", "");
    var notDeletedSince = " AND " + deletions.notDeletedSince();
    mergeUnlessDeleted = merge(names, key, fields, newest, "", notDeletedSince);
    var eachKeyOnce = "SELECT *, false AS " + DELETED + " FROM " + STAGE;
    mergeEachKeyOnce = merge(names, key, fields, eachKeyOnce, "", "");
    mergeEachKeyOnceUnlessDeleted = merge(names, key, fields, eachKeyOnce, "", notDeletedSince);
    var inRange =
        newest(
            key,
            Stream.concat(fields.stream(), Stream.of("\"_row\"")).toList(),
            RangeLoad.STAGE + " WHERE \"_row\" BETWEEN ? AND ?");
    ranges =
        new RangeLoad.Statements(
            columns,
            names.data(),
            List.of(
                deletions.remember(inRange, DELETED, unlessForgotten),
                delete(names, key, inRange),
                merge(names, key, fields, inRange, " + " + RangeLoad.TRACE, notDeletedSince)));
  }

  private static String newest(List<String> key, List<String> columns, String from) {
    return "SELECT DISTINCT ON ("
        + String.join(", ", key)
        + ") "
        + String.join(", ", columns)
        + ", abs(\"_generation\") AS \"_generation\", \"_partition\", \"_offset\","
        + " \"_generation\" < 0 AS "
        + DELETED
        + " FROM "
        + from
        + " ORDER BY "
        + String.join(", ", key)
        + ", abs(\"_generation\") DESC, \"_offset\" DESC, \"_partition\" DESC";
  }

  private static String delete(TableNames names, List<String> key, String newest) {
    return "DELETE FROM "
        + names.data()
        + " t USING ("
        + newest
        + ") s WHERE s."
        + DELETED
        + " AND "
        + key.stream().map(k -> "t." + k + " = s." + k).collect(Collectors.joining(" AND "))
        + " AND "
        + notNewer("s");
  }

  private static String merge(
      TableNames names,
      List<String> key,
      List<String> fields,
      String newest,
      String trace,
      String condition) {
    return "INSERT INTO "
        + names.data()
        + " AS t ("
        + String.join(", ", fields)
        + ", "
        + Provenance.KEY
        + ") SELECT "
        + String.join(", ", fields)
        + ", "
        + Provenance.KEY
        + trace
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
        + notNewer("excluded");
  }

  @Override
  public void prepare(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(createStage);
    }
  }

  @Override
  public List<RowRejection> unjudged(PostgresSession session, PostgresBatch batch, BitSet skip)
      throws SQLException {
    return guard.find(session, batch, skip);
  }

  @Override
  public int load(PostgresSession session, PostgresBatch batch, BitSet skip) throws SQLException {
    try (var statement = session.connection().createStatement()) {
      var newest = batch.newestOfKeys();
      if (newest.isPresent() && !batch.hasDeletions() && !batch.hasRedriven()) {
        loadNewest(session, batch, newest.get(), skip);
        return 0;
      }
      CopyRows.copy(session, copyToStage, batch, 0, batch.rows(), skip);
      if (batch.hasDeletions()) {
        statement.executeUpdate(
            batch.hasRedriven() ? rememberDeletionsRedriven : rememberDeletions);
        statement.executeUpdate(delete);
      }
      statement.executeUpdate(mayBeDeleted(batch) ? mergeUnlessDeleted : merge);
    }
    return 0;
  }

  /**
   * Whether a key may have been deleted after the first read of a record. The replay may never
   * reach that deletion: the log was truncated, or the replay ends early.
   */
  private static boolean mayBeDeleted(PostgresBatch batch) {
    return batch.hasRedriven() || batch.expectsDuplicates();
  }

  @Override
  public void startOver(PostgresSession session) throws SQLException {
    session.execute("TRUNCATE " + STAGE);
  }

  /** Each key once, so that the table has nothing to sort. */
  private void loadNewest(
      PostgresSession session, PostgresBatch batch, NewestOfKeys newest, BitSet skip)
      throws SQLException {
    var needless = (BitSet) newest.superseded(skip).clone();
    needless.or(skip);
    var done = loadNew(session, batch, newest, needless);
    if (done.cardinality() < batch.rows()) {
      CopyRows.copy(session, copyToStage, batch, 0, batch.rows(), done);
      try (var statement = session.connection().createStatement()) {
        statement.executeUpdate(
            mayBeDeleted(batch) ? mergeEachKeyOnceUnlessDeleted : mergeEachKeyOnce);
      }
    }
  }

  /**
   * Stores the rows whose keys are new, if they are.
   *
   * @return the rows that need nothing more: these and the needless
   */
  private BitSet loadNew(
      PostgresSession session, PostgresBatch batch, NewestOfKeys newest, BitSet needless)
      throws SQLException {
    var known = (BitSet) newest.known(recent).clone();
    known.or(needless);
    if (batchesToPause > 0) {
      batchesToPause--;
      return needless;
    }
    var staged = known.cardinality() - needless.cardinality();
    if (batch.expectsDuplicates() || staged > batch.rows() / 2) {
      return needless;
    }
    var mark = Mark.set(session, "_acequia_straight");
    try {
      CopyRows.copy(session, copyToTable, batch, 0, batch.rows(), known);
    } catch (SQLException e) {
      if (!SqlFailure.isDuplicate(e)) {
        throw e;
      }
      mark.goBack();
      pause = Math.clamp(pause * 2L, 1, LONGEST_PAUSE);
      batchesToPause = pause;
      return needless;
    }
    pause = 0;
    known.andNot(needless);
    known.flip(0, batch.rows());
    return known;
  }

  @Override
  public RangeLoad inRanges(PostgresSession session, PostgresBatch batch, BitSet skip) {
    return new RangeLoad(session, batch, skip, ranges, false);
  }

  /** Whether what stands in the table is not newer than what comes. */
  static String notNewer(String incoming) {
    return "(t.\"_partition\" <> %s.\"_partition\" OR (t.\"_generation\", t.\"_offset\") <= (%s.\"_generation\", %s.\"_offset\"))"
        .formatted(incoming, incoming, incoming);
  }
}
