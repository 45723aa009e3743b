package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.acequia.contract.Field;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.stores.testkit.FuzzValues;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the API over a store other than the one that most tests use. Random queries get the
 * reference store's answers, or a refusal in the store's words. Mutated queries get rows or a
 * problem. The OpenAPI document is true. {@code -Dfuzz.queries=40000} asks for more, {@code
 * -Dfuzz.seed} for others.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OtherStoreApi {
  private static final int QUERIES = Integer.getInteger("fuzz.queries", 200);
  private static final long SEED = Long.getLong("fuzz.seed", 1);

  private TestPipeline pipeline;
  private FuzzOracle oracle;

  /** The store of a table. */
  abstract StoreDefinition store(String table);

  /** The store's part of a process's environment. */
  abstract Map<String, String> environment();

  /** Decimals with many digits that the store can hold. */
  abstract List<BigDecimal> extremes();

  /** A random valid query. The store may refuse it. */
  abstract FuzzQuery query(Random random);

  /** Whether it refuses a valid query in these words. */
  abstract boolean refusesIn(String words);

  /** The least share of valid queries that the store answers, 0 to 1. */
  abstract double answers();

  @BeforeAll
  void start() throws Exception {
    var rows = FuzzTable.shortest(FuzzTable.rows(new Random(SEED), extremes()));
    oracle = new FuzzOracle(rows);
    pipeline =
        TestPipeline.startOn(
            this::store,
            environment(),
            LoadMode.UPSERT,
            List.of("id"),
            FuzzValues.FIELDS.toArray(Field[]::new));
    FuzzTable.store(pipeline.definition, environment(), rows);
  }

  @AfterAll
  void stop() {
    pipeline.close();
    oracle.close();
  }

  @Test
  void answersValidQueriesAsTheReferenceStoreDoes() throws Exception {
    var fuzzed = new FuzzedApi(oracle, this::refusesIn);
    var random = new Random(SEED * 1000);
    var answered = 0;
    var rows = 0;
    try (var http = new RawHttp(pipeline.api.port())) {
      for (var i = 0; i < QUERIES; i++) {
        var found = fuzzed.check(query(random), http, random);
        answered += found < 0 ? 0 : 1;
        rows += Math.max(0, found);
      }
    }
    assertThat(answered).isGreaterThanOrEqualTo((int) (QUERIES * answers()));
    assertThat(rows).isGreaterThan(answered / 2);
  }

  @Test
  void answersMutilatedQueriesByRowsOrByAProblem() throws Exception {
    var random = new Random(SEED * 1000 + 1);
    var refused = 0;
    try (var http = new RawHttp(pipeline.api.port())) {
      for (var i = 0; i < QUERIES; i++) {
        refused += FuzzedApi.isRefused(FuzzMutation.of(query(random).text(), random), http) ? 1 : 0;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void doesWhatItsDocumentSays(@TempDir Path folder) throws Exception {
    new Schemathesis(folder).check(pipeline, "schemathesis.toml", Schemathesis.EXAMPLES / 2);
  }
}
