package dev.acequia.stores.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.PostgresServer;
import dev.acequia.stores.StoreReadException;
import dev.acequia.stores.StoreReadException.Reason;
import dev.acequia.stores.query.Condition;
import dev.acequia.stores.query.Literal;
import dev.acequia.stores.query.Query;
import dev.acequia.stores.query.RecordColumns;
import dev.acequia.stores.query.ResultRow;
import dev.acequia.stores.query.RowSink;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows far larger than those before them, by a reader that may hold little. */
class LargeRowsIT {
  private static final int RESULT_BYTES = 128 << 10;

  private static PostgresServer server;
  private static PostgresReader reader;
  private static RecordColumns columns;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException, SQLException {
    server = PostgresServer.start(folder);
    try (var connection = server.connect("postgres");
        var run = connection.createStatement()) {
      run.execute("CREATE TABLE large (id int PRIMARY KEY, note text, number numeric)");
      run.execute("INSERT INTO large SELECT n, 'small' FROM generate_series(1, 2000) n");
      run.execute(
          "INSERT INTO large SELECT n, repeat('x', 50000) FROM generate_series(2001, 2200) n");
      run.execute("INSERT INTO large VALUES (3000, repeat('x', 200000))");
      run.execute("INSERT INTO large VALUES (4000, 'small', 1), (4001, 'small', 1e131071)");
    }
    var definition =
        new PipelineDefinition(
            "test",
            "large",
            null,
            new Schema(
                List.of("id"),
                List.of(
                    new Field("id", FieldType.INT32, true, null),
                    new Field("note", FieldType.STRING, false, null),
                    new Field("number", FieldType.DECIMAL, false, null)),
                UnknownFields.REJECT),
            new TopicDefinition("t", "AAAAAAAAAAAAAAAAAAAAAA", 1, "t.dlq"),
            new StoreDefinition.Postgres("public", "large"),
            LoadMode.UPSERT,
            1000,
            0.05,
            null);
    columns = RecordColumns.of(definition);
    reader =
        new PostgresReader(
            new StoreDefinition.Postgres("public", "large"),
            columns,
            new PostgresAccess(
                server.uri("postgres"), server.superuser(), server.superuserPassword(), "test"),
            new ReaderLimits(
                2,
                Duration.ofSeconds(3),
                Duration.ofSeconds(3),
                Duration.ofSeconds(15),
                RESULT_BYTES));
  }

  @AfterAll
  static void stop() {
    reader.close();
    server.close();
  }

  private static Query from(int id, int limit) {
    return new Query(
            columns.all(), Condition.always(), columns.total(List.of()), List.of(), limit, 0)
        .startingAfter(List.of(new Literal(FieldType.INT32, id - 1)));
  }

  @Test
  void rowsThatSuddenlyAreLargeComeInSmallerPieces() throws StoreReadException, IOException {
    for (var run = 0; run < 5; run++) {
      var seen = new Ids();
      reader.read(from(1 + 20 * run, 2100), seen);

      assertThat(seen.ids).hasSize(2100).startsWith(1 + 20 * run).isSorted();
      // What was learned is forgotten with many small rows.
      for (var small = 0; small < 30; small++) {
        reader.read(from(1, 2000), new Ids());
      }
    }
  }

  @Test
  void aRowThatIsTooLargeIsRefusedAndTheOthersAreNot() throws StoreReadException, IOException {
    for (var run = 0; run < 10; run++) {
      assertThatThrownBy(() -> reader.read(from(2900, 10), new Ids()))
          .isInstanceOfSatisfying(
              StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
          .hasMessageContaining("select");
      var seen = new Ids();
      reader.read(from(2195, 5), seen);
      assertThat(seen.ids).containsExactly(2195, 2196, 2197, 2198, 2199);
    }
  }

  @Test
  void readsByKeyAreBoundedAlike() throws StoreReadException, IOException {
    assertThatThrownBy(() -> reader.readOne(List.of(new Literal(FieldType.INT32, 3000)), row -> {}))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    for (var id = 2001; id <= 2200; id++) {
      assertThat(reader.readOne(List.of(new Literal(FieldType.INT32, id)), row -> {})).isTrue();
    }
  }

  /** In the driver's binary form, which comes after a few times, it has a dozen bytes. */
  @Test
  void aDecimalIsAsLargeAsItIsWritten() throws StoreReadException, IOException {
    for (var run = 0; run < 20; run++) {
      var seen = new Ids();
      reader.read(from(4000, 1), seen);
      assertThat(seen.ids).containsExactly(4000);
      assertThat(reader.readOne(List.of(new Literal(FieldType.INT32, 4000)), row -> {})).isTrue();
    }

    assertThatThrownBy(() -> reader.read(from(4001, 1), new Ids()))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
        .hasMessageContaining("select");
    assertThatThrownBy(() -> reader.readOne(List.of(new Literal(FieldType.INT32, 4001)), row -> {}))
        .isInstanceOfSatisfying(
            StoreReadException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
  }

  private static final class Ids implements RowSink {
    final List<Integer> ids = new ArrayList<>();

    @Override
    public void row(ResultRow row) {
      ids.add((int) row.longAt(0));
    }

    @Override
    public void restart() {
      ids.clear();
    }
  }
}
