package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends random queries to an API and compares its answers with those of the reference store.
 *
 * @param mayRefuse whether a problem's words are a refusal by the store's traits
 */
record FuzzedApi(FuzzOracle oracle, Predicate<String> mayRefuse) {
  private static final int MOST_PAGES = 6;
  private static final Duration SLOW = Duration.ofSeconds(15);
  private static final Pattern NEXT = Pattern.compile("<(.+)>; rel=\"next\"");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** An API that answers each valid query. */
  FuzzedApi(FuzzOracle oracle) {
    this(oracle, words -> false);
  }

  /**
   * Asks a valid query, page by page.
   *
   * @return how many rows there are; -1 when the store does not answer such a query
   */
  int check(FuzzQuery query, RawHttp http, Random random) throws IOException {
    var whole = oracle.answer(query);
    var expected = whole.subList(Math.min(query.offset(), whole.size()), whole.size());
    var counted = random.nextInt(4) == 0;
    var next = "/v1/records?" + query.text();
    var position = 0;
    for (var page = 0; page < MOST_PAGES && !next.isEmpty(); page++) {
      var answer =
          http.get(
              next.getBytes(StandardCharsets.US_ASCII), counted ? "Prefer: count=exact\r\n" : "");
      if (page == 0 && answer.status() == 400) {
        var detail = problem(answer, next).get("detail").asText();
        assertThat(mayRefuse).as("%s: %s", next, detail).accepts(detail);
        return -1;
      }
      if (counted && query.offset() > 0 && query.offset() >= whole.size()) {
        assertThat(answer.status()).as(next).isEqualTo(416);
        return whole.size();
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
    return whole.size();
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
        assertThat(query.select().get(column).matches(row.get(names.get(column)), value))
            .as("row %d: %s instead of %s for %s", i, row, expected.get(i), asked)
            .isTrue();
      }
    }
  }

  private static String link(RawHttp.Answer answer) {
    var link = NEXT.matcher(answer.headers().getOrDefault("link", ""));
    return link.matches() ? link.group(1) : "";
  }

  /**
   * Sends a query that may be invalid.
   *
   * @return whether it was refused
   */
  static boolean isRefused(byte[] target, RawHttp http) throws IOException {
    var start = System.nanoTime();
    var answer = http.get(target, "");
    var asked = new String(target, StandardCharsets.ISO_8859_1);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).as(asked).isLessThan(SLOW);
    if (answer.status() >= 200 && answer.status() < 300) {
      assertThat(JSON.readTree(answer.body()).isContainerNode()).as(asked).isTrue();
      return false;
    }
    assertThat(answer.status()).as("%s: %s", asked, answer.text()).isBetween(400, 499);
    problem(answer, asked);
    return true;
  }

  private static JsonNode problem(RawHttp.Answer answer, String asked) throws IOException {
    assertThat(answer.headers().get("content-type"))
        .as(asked)
        .isEqualTo("application/problem+json");
    var problem = JSON.readTree(answer.body());
    assertThat(problem.get("status").asInt()).as(asked).isEqualTo(answer.status());
    assertThat(problem.get("detail").asText()).as(asked).isNotBlank();
    return problem;
  }
}
