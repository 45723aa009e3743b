package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.harness.Workplace;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/** The pipeline's table, filled without the pipeline. */
final class FlightsTable {
  /** Real departures under one date each, then the same again day after day. */
  private static final String FILL =
      """
      INSERT INTO bench.flights
        (time_hour, carrier, flight, origin, dest, tailnum, dep_delay, arr_delay, distance,
         _generation, _partition, _offset)
      SELECT time_hour + day * interval '1 day', carrier, flight, origin, dest, tailnum, dep_delay,
        arr_delay, distance, 1, 0, row_number() OVER (ORDER BY day, time_hour)
      FROM (
        SELECT DISTINCT ON (1, 2, 3, 4)
          timestamptz '2013-01-01Z' + ((json->>'time_hour')::timestamptz::timestamp::time - time '00:00') AS time_hour,
          json->>'carrier' AS carrier, (json->>'flight')::int AS flight, json->>'origin' AS origin,
          json->>'dest' AS dest, json->>'tailnum' AS tailnum, (json->>'dep_delay')::float8 AS dep_delay,
          (json->>'arr_delay')::float8 AS arr_delay, (json->>'distance')::float8 AS distance
        FROM sample
      ) departure, generate_series(0, ?) day
      ORDER BY day, time_hour
      LIMIT ?
      """;

  private FlightsTable() {}

  /** Fills it; there is an index for each question afterwards. */
  static void fill(Connection connection, int rows) throws SQLException, IOException {
    try (var statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("CREATE TEMPORARY TABLE sample (json jsonb)");
      var lines = Files.readString(Workplace.repository().resolve("examples/flights.ndjson"));
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY sample FROM STDIN (FORMAT csv, DELIMITER e'\\x01', QUOTE e'\\x02')",
              new StringReader(lines));
      try (var fill = connection.prepareStatement(FILL)) {
        fill.setInt(1, rows / 1000); // each day has more than a thousand
        fill.setInt(2, rows);
        if (fill.executeUpdate() != rows) {
          throw new IllegalStateException("the sample is too small for " + rows + " rows");
        }
      }
      statement.execute("CREATE INDEX ON bench.flights (dest, time_hour, carrier, flight, origin)");
      statement.execute("VACUUM (ANALYZE) bench.flights");
      statement.execute("CHECKPOINT");
    }
  }
}
