package dev.acequia.benchmarks.sink;

import dev.acequia.benchmarks.harness.Figures;
import dev.acequia.benchmarks.harness.Metric;
import dev.acequia.benchmarks.harness.Workplace;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.TopicDefinition;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Locale;

/**
 * What PostgreSQL itself can take: {@code COPY} of the same rows, provenance included, from a file
 * of the server into the table that the migration made, in the order of its primary key.
 */
final class CopyLimit implements AutoCloseable {
  private static final String SEED = "bench.seed";

  private final Workplace workplace;
  private final Database database;

  /** The server's own folder, where it may write whoever it runs as. */
  private final String folder;

  /** How COPY writes rows. */
  enum Format {
    BINARY,
    TEXT
  }

  private CopyLimit(Workplace workplace, Database database, String folder) {
    this.workplace = workplace;
    this.database = database;
    this.folder = folder;
  }

  /** Makes the table, and one beside it for the rows as they are generated. */
  static CopyLimit create(Workplace workplace, TopicDefinition topic)
      throws SQLException, IOException, InterruptedException {
    var database = Database.create(workplace.postgres(), "copy_limit");
    new AcequiaPipeline(workplace, database, topic, LoadMode.APPEND).migrate();
    database.execute("CREATE UNLOGGED TABLE " + SEED + " (LIKE " + AcequiaPipeline.TABLE + ")");
    try (var connection = database.connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW data_directory")) {
      row.next();
      return new CopyLimit(workplace, database, row.getString(1));
    }
  }

  /** Takes the rows as they are generated. */
  RowFile rows() throws SQLException {
    return new RowFile(database.connect(), SEED);
  }

  /** Has the server write the rows taken so far to its files, sorted. */
  void writeFiles() throws SQLException {
    for (var format : Format.values()) {
      database.execute(
          "COPY (SELECT * FROM %s ORDER BY _partition, _offset) TO '%s' (FORMAT %s)"
              .formatted(SEED, file(format), spelled(format)));
    }
    database.execute("DROP TABLE " + SEED);
  }

  Subject subject(Format format, Expected expected) {
    return new Subject() {
      @Override
      public String name() {
        return "COPY " + spelled(format) + " from a file";
      }

      @Override
      public String mode() {
        return "append";
      }

      @Override
      public Figures load(int round) throws SQLException {
        database.execute("TRUNCATE " + AcequiaPipeline.TABLE);
        database.checkpoint();
        var meter = new LoadMeter(workplace);
        try (var connection = database.connect();
            var statement = connection.createStatement()) {
          var began = System.nanoTime();
          statement.execute(
              "COPY %s FROM '%s' (FORMAT %s)"
                  .formatted(AcequiaPipeline.TABLE, file(format), spelled(format)));
          var seconds = (System.nanoTime() - began) / 1e9;
          var figures = meter.postgresShare(expected.records());
          figures.put(Metric.PER_SECOND, expected.records() / seconds);
          database.check(
              name(), AcequiaPipeline.TABLE, expected.appendedRows(), expected.appendedArrivals());
          return figures;
        }
      }
    };
  }

  @Override
  public void close() throws SQLException {
    database.close();
  }

  private String file(Format format) {
    return folder + "/flights." + spelled(format);
  }

  private static String spelled(Format format) {
    return format.name().toLowerCase(Locale.ROOT);
  }
}
