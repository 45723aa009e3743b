package dev.acequia.stores.postgres;

import dev.acequia.contract.Field;
import dev.acequia.contract.Schema;
import dev.acequia.contract.TableNames;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
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
  private final RangeLoad.Statements ranges;

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
    ranges =
        new RangeLoad.Statements(
            columns,
            names.data(),
            List.of(
                "INSERT INTO "
                    + names.data()
                    + " ("
                    + columns
                    + ") SELECT "
                    + columns
                    + " + "
                    + RangeLoad.TRACE
                    + " FROM (SELECT * FROM "
                    + RangeLoad.STAGE
                    + " WHERE \"_row\" BETWEEN ? AND ? ORDER BY \"_row\") s ON CONFLICT ("
                    + Provenance.KEY
                    + ") DO NOTHING"));
  }

  @Override
  public int load(PostgresSession session, PostgresBatch batch, BitSet skip) throws SQLException {
    CopyRows.copy(session, copyToTable, batch, 0, batch.rows(), skip);
    return 0;
  }

  /** Rows whose provenance is there are no error. */
  @Override
  public RangeLoad inRanges(PostgresSession session, PostgresBatch batch, BitSet skip) {
    return new RangeLoad(session, batch, skip, ranges, true);
  }

  /** The same, but rows whose provenance is there are no error. */
  RowLoad withoutWhatIsThere() {
    return new RowLoad() {
      @Override
      public int load(PostgresSession session, PostgresBatch batch, BitSet skip)
          throws SQLException {
        try (var statement = session.connection().createStatement()) {
          statement.execute(createStage);
          statement.execute("TRUNCATE " + STAGE);
          var staged = CopyRows.copy(session, copyToStage, batch, 0, batch.rows(), skip);
          return (int) staged - statement.executeUpdate(insertNew);
        }
      }

      @Override
      public RangeLoad inRanges(PostgresSession session, PostgresBatch batch, BitSet skip) {
        return AppendLoad.this.inRanges(session, batch, skip);
      }
    };
  }
}
