package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process with the image's flags, and rows that are far larger than those before them. */
class LargeRowsIT {
  private static final int PAGE = 4000;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static TestPipeline pipeline;
  private static RuntimeProgram api;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    pipeline =
        TestPipeline.start(
            LoadMode.UPSERT,
            List.of("id"),
            required("id", FieldType.INT64),
            field("c", FieldType.INT32),
            field("n", FieldType.DECIMAL),
            field("note", FieldType.STRING),
            field("doc", FieldType.JSON));
    // Small rows first, from which a reader learns that rows are small.
    insert("SELECT i, i, 1, 'small', NULL::jsonb FROM generate_series(1, 4000) i");
    insert("SELECT i, i, 1e131071, NULL, NULL::jsonb FROM generate_series(10001, 14000) i");
    insert(
        "SELECT i, i, 1, repeat(md5(i::text), 28125), NULL::jsonb FROM generate_series(20001,"
            + " 20400) i");
    insert("SELECT 30001, 1, 1, '', ('[' || repeat('1e131071,', 1499) || '1e131071]')::jsonb");
    api = process(folder);
    await()
        .atMost(Duration.ofMinutes(3))
        .ignoreExceptions()
        .until(() -> get("select=id&limit=4000").statusCode() == 200);
  }

  private static void insert(String rows) {
    TestPipeline.sql(
        "INSERT INTO %s SELECT r.*, 1, 0, 0 FROM (%s) r".formatted(pipeline.table(), rows));
  }

  private static RuntimeProgram process(Path folder) throws IOException {
    var all = pipeline.definition;
    var definition =
        new PipelineDefinition(
            all.namespace(),
            all.name(),
            null,
            all.schema(),
            all.topic(),
            all.store(),
            all.mode(),
            PAGE,
            0.05,
            null);
    return RuntimeProgram.api(definition, TestPipeline.environment(), folder, List.of());
  }

  @AfterAll
  static void stop() {
    api.close();
    pipeline.close();
  }

  private static HttpResponse<String> get(String query) throws IOException, InterruptedException {
    return HTTP.send(request(query), BodyHandlers.ofString());
  }

  private static HttpRequest request(String query) {
    return HttpRequest.newBuilder(URI.create(api.endpoint() + "/v1/records?" + query))
        .timeout(Duration.ofMinutes(2))
        .build();
  }

  private static void isAlive() throws IOException, InterruptedException {
    assertThat(api.isAlive()).isTrue();
    assertThat(get("id=eq.7&select=note").body()).isEqualTo("[{\"note\":\"small\"}]\n");
  }

  @Test
  void refusesARowOfJsonThatUnfoldsToMoreThanTheProcessHolds() throws Exception {
    var answer = get("id=gt.30000&limit=100");

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    assertThat(answer.body()).contains("\"invalid-query\"", "a row", "select");
    assertThat(get("id=gt.30000&select=id,note").body())
        .isEqualTo("[{\"id\":30001,\"note\":\"\"}]\n");
    isAlive();
  }

  @Test
  void answersNumbersThatUnfoldPieceByPiece() throws Exception {
    var few = get("id=gt.10000&select=n&limit=10");
    var more = get("id=gt.10000&select=n&limit=50");

    assertThat(few.statusCode()).isEqualTo(200);
    assertThat(few.body()).hasSizeGreaterThan(10 * 131_072);
    assertThat(more.statusCode()).isEqualTo(200);
    assertThat(more.body()).hasSizeGreaterThan(50 * 131_072);
    isAlive();
  }

  @Test
  void answersLargeRowsBehindSmallOnes() throws Exception {
    var refused = get("or=(and(id.gt.3900,id.lte.4000),id.gt.20000)&select=note&limit=1000");
    var page = get("or=(and(id.gt.3000,id.lte.4000),and(id.gt.20000,id.lte.20050))&limit=2000");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body().lines()).hasSize(1050);
    isAlive();
  }

  @Test
  void answersManyWhoAskForLargeRowsAtOnce() throws Exception {
    var pages =
        IntStream.range(0, 12)
            .mapToObj(
                i -> HTTP.sendAsync(request("id=gt.20000&limit=20"), BodyHandlers.discarding()))
            .toList();

    for (var page : pages) {
      assertThat(page.join().statusCode()).isIn(200, 503);
    }
    isAlive();
  }

  /** What each holds while it waits for the store, all of them hold. */
  @Test
  void outlivesLongQueriesOfVeryManyAtOnce() throws Exception {
    var columns =
        IntStream.range(0, 512).mapToObj(i -> "a" + i + ":c").collect(Collectors.joining(","));
    var conditions =
        IntStream.range(0, 1000).mapToObj(i -> "n.eq.1e9").collect(Collectors.joining(","));
    var query =
        HttpRequest.newBuilder(
                request("select=" + columns + "&or=(" + conditions + ")"), (_, _) -> true)
            .header("Accept", "application/vnd.acequia.columns+json")
            .build();

    var all =
        IntStream.range(0, 700)
            .mapToObj(i -> HTTP.sendAsync(query, BodyHandlers.discarding()))
            .toList();

    for (var answer : all) {
      assertThat(answer.join().statusCode()).isIn(200, 503);
    }
    isAlive();
  }

  @Test
  void refusesMoreColumnsThanASchemaHas() throws Exception {
    var query =
        "select="
            + IntStream.range(0, 1600)
                .mapToObj(i -> "a" + i + ":c")
                .collect(Collectors.joining(","))
            + "&limit=4000";

    var both =
        List.<CompletableFuture<HttpResponse<String>>>of(
            HTTP.sendAsync(request(query), BodyHandlers.ofString()),
            HTTP.sendAsync(request(query), BodyHandlers.ofString()));

    for (var answer : both) {
      assertThat(answer.join().statusCode()).isEqualTo(400);
      assertThat(answer.join().body()).contains("columns");
    }
    isAlive();
  }

  @Test
  void answersManyColumnsOfManyRows() throws Exception {
    var query =
        "select="
            + IntStream.range(0, 500).mapToObj(i -> "a" + i + ":c").collect(Collectors.joining(","))
            + "&limit=4000";

    var both =
        IntStream.range(0, 4)
            .mapToObj(i -> HTTP.sendAsync(request(query), BodyHandlers.discarding()))
            .toList();

    for (var answer : both) {
      assertThat(answer.join().statusCode()).isIn(200, 503);
    }
    isAlive();
  }
}
