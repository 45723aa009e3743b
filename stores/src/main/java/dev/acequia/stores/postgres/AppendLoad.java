package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.contract.Schema;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every record a row: straight into the table. When the provenance of some are there already, as
 * after a rewind, by way of a staging table and without those.
 */
final class AppendLoad implements RowLoad {
  private static final String STAGE = "pg_temp.\"_acequia_stage\"";

  private final String copyToTable;
  private final String copyToStage;
  private final String createStage;
  private final String insertNew;

  AppendLoad(TableNames names, Schema schema) {
    var columns =
        Stream.concat(schema.fields().stream().map(Field::name), Provenance.COLUMNS.stream())
            .map(Sql::quoted)
            .collect(Collectors.joining(", "));
    copyToTable = "COPY " + names.data() + " (" + columns + ") FROM STDIN (FORMAT binary)";
    copyToStage = "COPY " + STAGE + " (" + columns + ") FROM STDIN (FORMAT binary)";
    createStage =
        "CREATE TEMPORARY TABLE IF NOT EXISTS \"_acequia_stage\" ON COMMIT DELETE ROWS AS SELECT "
            + columns
            + " FROM "
            + names.data()
            + " WITH NO DATA";
    insertNew =
        "INSERT INTO "
            + names.data()
            + " ("
            + columns
            + ") SELECT "
            + columns
            + " FROM "
            + STAGE
            + " ON CONFLICT ("
            + Provenance.KEY
            + ") DO NOTHING";
  }

  @Override
  public int load(PostgresSession session, PostgresBatch batch, int from, int to, BitSet skip)
      throws SQLException {
    CopyRows.copy(session, copyToTable, batch, from, to, skip);
    return 0;
  }

  /** The same, but rows whose provenance is there are no error. */
  RowLoad withoutWhatIsThere() {
    return this::loadNew;
  }

  /**
   * Straight into the table, whose errors name the line; by way of the staging table where the
   * trouble is what is there already.
   */
  RowLoad toleratingWhatIsThere() {
    return (session, batch, from, to, skip) -> {
      var before = session.connection().setSavepoint();
      try {
        load(session, batch, from, to, skip);
      } catch (SQLException e) {
        if (!SqlFailure.isDuplicate(e)) {
          throw e;
        }
        session.connection().rollback(before);
        var duplicates = loadNew(session, batch, from, to, skip);
        session.connection().releaseSavepoint(before);
        return duplicates;
      }
      session.connection().releaseSavepoint(before);
      return 0;
    };
  }

  private int loadNew(PostgresSession session, PostgresBatch batch, int from, int to, BitSet skip)
      throws SQLException {
    try (var statement = session.connection().createStatement()) {
      statement.execute(createStage);
      statement.execute("TRUNCATE " + STAGE);
      var staged = CopyRows.copy(session, copyToStage, batch, from, to, skip);
      return (int) staged - statement.executeUpdate(insertNew);
    }
  }
}
