package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.testkit.FuzzValues;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Queries that nobody thought of. Valid ones are answered as the reference store answers them over
 * the same rows; mutilated ones by rows or by a problem, and in time. {@code -Dfuzz.queries=100000}
 * asks for more, {@code -Dfuzz.seed} for others.
 */
class QueryFuzzIT {
  private static final int QUERIES = Integer.getInteger("fuzz.queries", 4000);
  private static final long SEED = Long.getLong("fuzz.seed", 1);
  private static final int WORKERS = 4;
  private static final int MOST_PAGES = 6;
  private static final Duration SLOW = Duration.ofSeconds(15);
  private static final Pattern NEXT = Pattern.compile("<(.+)>; rel=\"next\"");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final List<Map<String, Object>> ROWS = FuzzTable.rows(new Random(SEED));
  private static TestPipeline pipeline;
  private static FuzzOracle oracle;

  @BeforeAll
  static void start() throws Exception {
    oracle = new FuzzOracle(ROWS);
    pipeline =
        TestPipeline.start(LoadMode.UPSERT, List.of("id"), FuzzValues.FIELDS.toArray(Field[]::new));
    pipeline.store(FuzzTable.json(ROWS));
  }

  @AfterAll
  static void stop() {
    pipeline.close();
    oracle.close();
  }

  private interface Work {
    void run(Random random, RawHttp http) throws IOException;
  }

  /** Half of all queries, by several clients at once. */
  private static void repeat(Work work) throws InterruptedException, ExecutionException {
    try (var workers = Executors.newFixedThreadPool(WORKERS)) {
      var running = new ArrayList<Future<?>>();
      for (var worker = 0; worker < WORKERS; worker++) {
        var random = new Random(SEED * 1000 + worker);
        running.add(
            workers.submit(
                () -> {
                  try (var http = new RawHttp(pipeline.api.port())) {
                    for (var i = 0; i < QUERIES / 2 / WORKERS; i++) {
                      work.run(random, http);
                    }
                  }
                  return true;
                }));
      }
      for (var one : running) {
        one.get();
      }
    }
  }

  @Test
  void answersValidQueriesAsTheReferenceStoreDoes() throws Exception {
    var rowsSeen = new AtomicInteger();
    var nothingFound = new AtomicInteger();
    repeat(
        (random, http) -> {
          var query = FuzzQuery.random(random);
          var expected = oracle.answer(query);
          check(query, expected, http, random);
          rowsSeen.addAndGet(expected.size());
          nothingFound.addAndGet(expected.isEmpty() ? 1 : 0);
        });
    // Most queries have something to compare.
    assertThat(rowsSeen.get()).isGreaterThan(QUERIES);
    assertThat(nothingFound.get()).isLessThan(QUERIES / 4);
  }

  private static void check(
      FuzzQuery query, List<List<@Nullable Object>> whole, RawHttp http, Random random)
      throws IOException {
    var expected = whole.subList(Math.min(query.offset(), whole.size()), whole.size());
    var counted = random.nextInt(4) == 0;
    var next = "/v1/records?" + query.text();
    var position = 0;
    for (var page = 0; page < MOST_PAGES && !next.isEmpty(); page++) {
      var answer =
          http.get(
              next.getBytes(StandardCharsets.US_ASCII), counted ? "Prefer: count=exact\r\n" : "");
      if (counted && query.offset() > 0 && query.offset() >= whole.size()) {
        assertThat(answer.status()).as(next).isEqualTo(416);
        return;
      }
      assertThat(answer.status()).as("%s: %s", next, answer.text()).isBetween(200, 299);
      var rows = JSON.readTree(answer.body());
      var limit = query.limit();
      var size = Math.min(limit == null ? whole.size() : limit, expected.size() - position);
      assertSame(rows, expected.subList(position, position + size), query, next);
      if (counted) {
        assertThat(answer.headers().get("content-range")).as(next).endsWith("/" + whole.size());
      }
      position += size;
      next = link(answer);
      assertThat(next.isEmpty())
          .as("the end after %d of %d rows of %s", position, expected.size(), query.text())
          .isEqualTo(position == expected.size() || Integer.valueOf(0).equals(query.limit()));
    }
  }

  private static void assertSame(
      JsonNode rows, List<List<@Nullable Object>> expected, FuzzQuery query, String asked) {
    var names = query.select().stream().map(FuzzQuery.Item::name).toList();
    assertThat(rows).as("%s instead of %s for %s", rows, expected, asked).hasSize(expected.size());
    for (var i = 0; i < expected.size(); i++) {
      var row = rows.get(i);
      assertThat(row.fieldNames()).toIterable().containsExactlyElementsOf(names);
      for (var column = 0; column < names.size(); column++) {
        var value = expected.get(i).get(column);
        assertThat(FuzzQuery.matches(row.get(names.get(column)), value))
            .as("row %d: %s instead of %s for %s", i, row, expected.get(i), asked)
            .isTrue();
      }
    }
  }

  private static String link(RawHttp.Answer answer) {
    var link = NEXT.matcher(answer.headers().getOrDefault("link", ""));
    return link.matches() ? link.group(1) : "";
  }

  @Test
  void answersMutilatedQueriesByRowsOrByAProblem() throws Exception {
    var refused = new AtomicInteger();
    repeat(
        (random, http) -> {
          var target = FuzzMutation.of(FuzzQuery.random(random).text(), random);
          var start = System.nanoTime();
          var answer = http.get(target, "");
          var asked = new String(target, StandardCharsets.ISO_8859_1);
          assertThat(Duration.ofNanos(System.nanoTime() - start)).as(asked).isLessThan(SLOW);
          if (answer.status() >= 200 && answer.status() < 300) {
            assertThat(JSON.readTree(answer.body()).isContainerNode()).as(asked).isTrue();
            return;
          }
          refused.incrementAndGet();
          assertThat(answer.status()).as("%s: %s", asked, answer.text()).isBetween(400, 499);
          assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
          var problem = JSON.readTree(answer.body());
          assertThat(problem.get("status").asInt()).as(asked).isEqualTo(answer.status());
          assertThat(problem.get("detail").asText()).as(asked).isNotBlank();
        });
    assertThat(refused.get()).isBetween(QUERIES / 20, QUERIES / 2 - 1);
    assertThat(pipeline.get("/v1/records?select=count()").body())
        .isEqualTo("[{\"count\":" + ROWS.size() + "}]\n");
  }
}
