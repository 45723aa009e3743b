package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Decimals as long as a key and a field can be, and longer ones of a former version. */
class LongDecimalsIT {
  private static final String[] KEYS = {
    "-" + "7".repeat(2000),
    "-0." + "0".repeat(1000) + "1",
    "3",
    "9".repeat(1000) + "." + "9".repeat(1000)
  };

  private static TestPipeline pipeline;

  @BeforeAll
  static void fill() {
    pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            List.of("k"),
            required("k", FieldType.DECIMAL),
            field("n", FieldType.DECIMAL),
            field("note", FieldType.STRING));
    var values = List.of("1e131071", "'" + "8".repeat(4096) + "'", "1e-4000", "-1e16000");
    for (var i = 0; i < KEYS.length; i++) {
      TestPipeline.sql(
          "INSERT INTO %s VALUES (%s, %s, repeat('x', %d), 1, 0, %d)"
              .formatted(pipeline.table(), KEYS[i], values.get(i), 40_000 + i, i));
    }
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @Test
  void areFoundByKey() throws IOException {
    for (var key : KEYS) {
      var answer = pipeline.get("/v1/records/" + key);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).startsWith("{\"k\":" + key + ",");
    }
  }

  @Test
  void leadFromPageToPage() throws IOException {
    for (var order : List.of("k", "k.desc", "n", "n.desc.nullslast,k")) {
      var seen = new ArrayList<String>();
      var next = "/v1/records?select=k&limit=1&order=" + order;
      while (!next.isEmpty()) {
        var answer = pipeline.get(next);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        seen.add(answer.body().replaceAll("[^-.0-9]", ""));
        next =
            answer
                .headers()
                .firstValue("Link")
                .map(link -> link.replaceAll("<(.+)>.*", "$1"))
                .orElse("");
      }
      assertThat(seen).as(order).containsExactlyInAnyOrder(KEYS);
    }
  }

  @Test
  void areComparedInFilters() throws IOException {
    assertThat(pipeline.get("/v1/records?select=n::text&n=gte.1e131071").body())
        .hasSizeGreaterThan(131_072);
    assertThat(pipeline.get("/v1/records?select=k&n=eq." + "8".repeat(4096)).body())
        .isEqualTo("[{\"k\":" + KEYS[1] + "}]\n");
    assertThat(pipeline.get("/v1/records?n=gt.1e131072").statusCode()).isEqualTo(400);
  }

  /** What does not fit an address has another way on. */
  @Test
  void valuesTooLongForALinkSayHowToGoOn() throws IOException {
    var answer = pipeline.get("/v1/records?select=k&order=note&limit=2");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("order by fields with shorter values", "offset=2");
    assertThat(pipeline.get("/v1/records?select=k&order=note&limit=2&offset=2").statusCode())
        .isEqualTo(200);
  }
}
