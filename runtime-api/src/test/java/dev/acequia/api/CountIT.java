package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two fields that are always equal, which the planner takes for independent. */
class CountIT {
  private static TestPipeline pipeline;

  @BeforeAll
  static void fill() {
    pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            java.util.List.of("id"),
            required("id", FieldType.INT32),
            field("a", FieldType.INT32),
            field("b", FieldType.INT32));
    // a=1 and b=1 are 200 rows, of which the planner expects 1.
    TestPipeline.sql(
        "INSERT INTO %s SELECT i, i %% 200, i %% 200, 1, 0, i FROM generate_series(0, 39999) i"
            .formatted(pipeline.table()));
    TestPipeline.sql("ANALYZE " + pipeline.table());
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // goes on, so there are more than were read
        "a=eq.1&b=eq.1&limit=10                | 206 | 0-9/11 | true",
        "a=eq.1&b=eq.1&limit=10&offset=20      | 206 | 20-29/31 | true",
        "a=eq.1&b=eq.1&limit=199               | 206 | 0-198/200 | true",
        "a=eq.1&b=eq.1&limit=0                 | 206 | */1 | false",
        // read to its end, so nothing is estimated
        "a=eq.1&b=eq.1&limit=200               | 200 | 0-199/200 | false",
        "a=eq.1&b=eq.1&limit=10&offset=195     | 206 | 195-199/200 | false",
        "id=in.(1,2,3)&a=gte.0                 | 200 | 0-2/3 | false",
        "a=lt.50&b=gte.50                      | 200 | */0 | false",
        "select=a,count()&a=lt.5               | 200 | 0-4/5 | false",
      })
  void plannedCountsAgreeWithWhatWasRead(String query, int status, String range, boolean goesOn)
      throws IOException {
    var answer = pipeline.get("/v1/records?" + query.strip(), "Prefer", "count=planned");

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Range")).hasValue(range.strip());
    assertThat(answer.headers().firstValue("Link").isPresent()).isEqualTo(goesOn);
  }

  @ParameterizedTest
  @ValueSource(strings = {"planned", "estimated", "exact"})
  void everyPageSaysMoreThanWasReadUntilTheLast(String count) throws IOException {
    var next = "/v1/records?a=eq.1&b=eq.1&limit=60&select=id";
    var read = 0;
    while (!next.isEmpty()) {
      var answer = pipeline.get(next, "Prefer", "count=" + count);
      var range = answer.headers().firstValue("Content-Range").orElseThrow();
      read = Integer.parseInt(range.replaceAll("^\\d+-(\\d+)/\\d+$", "$1")) + 1;
      var total = Integer.parseInt(range.replaceAll(".*/", ""));
      next =
          answer
              .headers()
              .firstValue("Link")
              .map(link -> link.replaceAll("<(.+)>.*", "$1"))
              .orElse("");
      assertThat(total).as(range).isGreaterThanOrEqualTo(next.isEmpty() ? 200 : read + 1);
      assertThat(answer.statusCode()).isEqualTo(206);
    }
    assertThat(read).isEqualTo(200);
  }

  /** No estimate tells how many rows there are before an offset that lies beyond them. */
  @ParameterizedTest
  @ValueSource(strings = {"a=eq.1&b=eq.1&offset=500", "a=gte.0&offset=10000&id=lt.5"})
  void anOffsetBeyondTheResultIsNotCountedAsRows(String query) throws IOException {
    var answer = pipeline.get("/v1/records?" + query, "Prefer", "count=planned");

    var range = answer.headers().firstValue("Content-Range").orElseThrow();
    assertThat(range).startsWith("*/");
    assertThat(Integer.parseInt(range.substring(2))).isLessThanOrEqualTo(10_000);
  }
}
