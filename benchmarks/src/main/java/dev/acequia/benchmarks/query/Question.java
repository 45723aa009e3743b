package dev.acequia.benchmarks.query;

import dev.acequia.benchmarks.load.RequestFile;
import dev.acequia.benchmarks.serving.FlightsPipeline;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What is asked, each in some variants that come in turn. */
enum Question {
  /** One record, by the primary key. */
  BY_KEY("by key", 1, List.of("time_hour", "carrier", "flight", "origin")) {
    @Override
    String ours(List<String> values) {
      return "/v1/records/" + String.join(",", values);
    }

    @Override
    String prests(List<String> values) {
      return PREST_TABLE
          + "?time_hour=$eq.%s&carrier=$eq.%s&flight=$eq.%s&origin=$eq.%s"
              .formatted(values.toArray());
    }
  },
  /** The next hundred departures for a destination from some time on. */
  PAGE("page of 100", 100, List.of("dest", "time_hour")) {
    @Override
    String ours(List<String> values) {
      return "/v1/records?dest=eq.%s&time_hour=gte.%s&limit=100".formatted(values.toArray());
    }

    @Override
    String prests(List<String> values) {
      return PREST_TABLE
          + "?dest=$eq.%s&time_hour=$gte.%s&_order=time_hour,carrier,flight,origin&_page=1&_page_size=100"
              .formatted(values.toArray());
    }
  };

  /**
   * Each is a statement of its own on each of pgbench's connections, which PostgreSQL plans anew
   * the first five times: with more of them, pgbench would measure the planner.
   */
  static final int VARIANTS = 8;

  private static final String PREST_TABLE = "/" + FlightsPipeline.DATABASE + "/bench/flights";

  /** Within a year of the end there may be no hundred departures for a rare destination. */
  private static final String SAMPLE =
      """
      SELECT dest, to_char(time_hour, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS time_hour, carrier, flight, origin
      FROM bench.flights
      WHERE time_hour < (SELECT max(time_hour) - interval '20 days' FROM bench.flights)
        AND dest IN (SELECT dest FROM bench.flights GROUP BY dest ORDER BY count(*) DESC LIMIT 40)
      ORDER BY md5(_offset::text) LIMIT
      """;

  private final String shown;
  private final int records;

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> parameters;

  Question(String shown, int records, List<String> parameters) {
    this.shown = shown;
    this.records = records;
    this.parameters = parameters;
  }

  /** As the report names it. */
  String shown() {
    return shown;
  }

  /** How many an answer holds. */
  int records() {
    return records;
  }

  /** The variants' values, in the order in which Acequia's statement binds them. */
  List<List<String>> variants(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(SAMPLE + VARIANTS)) {
      var variants = new ArrayList<List<String>>();
      while (rows.next()) {
        var values = new ArrayList<String>();
        for (var parameter : parameters) {
          values.add(rows.getString(parameter));
        }
        variants.add(values);
      }
      return variants;
    }
  }

  /** The question's address in Acequia's API. */
  abstract String ours(List<String> values);

  /** The question's address in pREST. */
  abstract String prests(List<String> values);

  /** A value as it stands in an address. */
  static List<String> encoded(List<String> values) {
    return values.stream().map(value -> URLEncoder.encode(value, StandardCharsets.UTF_8)).toList();
  }

  byte[] ourRequest(List<String> values) {
    return RequestFile.get(ours(encoded(values)));
  }

  byte[] prestsRequest(List<String> values) {
    return RequestFile.get(prests(encoded(values)));
  }
}
