package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of a table that grows by 1,000 rows a second while they are read. */
class PaginationIT {
  private static final int ROWS = 20_000;
  private static final int PAGE = 100;
  private static final int INSERTED_AT_ONCE = 10;
  private static final int PAUSE_MILLIS = 10;
  private static final int MOST_INSERTS = 60_000;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern NEXT = Pattern.compile("<(.+)>; rel=\"next\"");

  private static TestPipeline pipeline;

  @BeforeAll
  static void start() {
    pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            List.of("id"),
            required("id", FieldType.INT64),
            field("n", FieldType.INT32),
            field("s", FieldType.STRING));
    // Old rows have even keys and new ones odd keys, which fall between them.
    TestPipeline.sql(
        "INSERT INTO %s SELECT 2 * i, %s, 1, 0, i FROM generate_series(1, %d) i"
            .formatted(pipeline.table(), VALUES, ROWS));
  }

  private static final String VALUES =
      "CASE WHEN random() < 0.9 THEN (random() * 50)::int END,"
          + " CASE WHEN random() < 0.9 THEN md5(random()::text) END";

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "order=n",
        "order=n.desc.nullslast,s",
        "order=s.asc.nullsfirst",
        "order=id.desc"
      })
  void meetEveryRowThatWasThereOnce(String order) throws Exception {
    var inserted = new AtomicInteger();
    try (var writers = Executors.newSingleThreadScheduledExecutor();
        var connection = Servers.postgres().connect("postgres");
        var insert =
            connection.prepareStatement(
                ("INSERT INTO %s SELECT 2 * (random() * %d)::bigint + 1, %s,"
                        + " 1, 0, 0"
                        + " FROM generate_series(1, %d) ON CONFLICT DO NOTHING")
                    .formatted(pipeline.table(), ROWS, VALUES, INSERTED_AT_ONCE))) {
      var writing =
          writers.scheduleAtFixedRate(
              () -> {
                try {
                  if (inserted.get() < MOST_INSERTS) {
                    inserted.addAndGet(insert.executeUpdate());
                  }
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              },
              0,
              PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);

      var seen = allPages("/v1/records?select=id&limit=" + PAGE + "&" + order);

      assertThat(writing.isDone()).as("the writer failed").isFalse();
      writing.cancel(false);
      assertThat(inserted.get()).isPositive();
      var old = new HashSet<Long>();
      seen.forEach(
          (id, times) -> {
            assertThat(times).as("row %d", id).isEqualTo(1);
            if (id % 2 == 0) {
              old.add(id);
            }
          });
      assertThat(old).hasSize(ROWS);
    }
  }

  /** How often each key was met. */
  private static Map<Long, Integer> allPages(String first) throws IOException {
    var seen = new HashMap<Long, Integer>();
    var next = first;
    while (!next.isEmpty()) {
      var answer = pipeline.get(next);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      for (var row : JSON.readTree(answer.body())) {
        seen.merge(row.get("id").asLong(), 1, Integer::sum);
      }
      var link = NEXT.matcher(answer.headers().firstValue("Link").orElse(""));
      next = link.matches() ? link.group(1) : "";
    }
    return seen;
  }
}
