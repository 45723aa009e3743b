package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.stores.testkit.FuzzValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
    var fuzzed = new FuzzedApi(oracle);
    repeat(
        (random, http) -> {
          var found = fuzzed.check(FuzzQuery.random(random), http, random);
          rowsSeen.addAndGet(found);
          nothingFound.addAndGet(found == 0 ? 1 : 0);
        });
    // Most queries have something to compare.
    assertThat(rowsSeen.get()).isGreaterThan(QUERIES);
    assertThat(nothingFound.get()).isLessThan(QUERIES / 4);
  }

  @Test
  void answersMutilatedQueriesByRowsOrByAProblem() throws Exception {
    var refused = new AtomicInteger();
    repeat(
        (random, http) -> {
          if (FuzzedApi.isRefused(FuzzMutation.of(FuzzQuery.random(random).text(), random), http)) {
            refused.incrementAndGet();
          }
        });
    assertThat(refused.get()).isBetween(QUERIES / 20, QUERIES / 2 - 1);
    assertThat(pipeline.get("/v1/records?select=count()").body())
        .isEqualTo("[{\"count\":" + ROWS.size() + "}]\n");
  }
}
