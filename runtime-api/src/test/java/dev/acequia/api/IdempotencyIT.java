package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static dev.acequia.api.TestPipeline.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same push again: to another replica, after restarts, at the same time. */
class IdempotencyIT {
  private static final int RECORDS = 50;

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void storesAPushOnceHoweverOftenAndWhereverItIsSent(LoadMode mode) throws Exception {
    var body = new StringBuilder();
    for (var n = 0; n < RECORDS; n++) {
      body.append("{\"n\":").append(n).append(",\"note\":\"first\"}\n");
    }
    var first =
        TestPipeline.start(
            mode, List.of("n"), required("n", FieldType.INT32), field("note", FieldType.STRING));
    TestPipeline.createTopic(first.definition.topic().deadLetterName(), Map.of());
    var consumer = consumer(first);
    try (var second = ApiProcess.start(first.settings())) {
      var ports = List.of(first.api.port(), second.port(), first.api.port(), second.port());
      var answers =
          ports.stream().map(port -> push(port, "chunk-1", body.toString())).toList().stream()
              .map(CompletableFuture::join);
      assertThat(answers).allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
      awaitRows(first, RECORDS);
    } finally {
      first.close();
      consumer.close();
    }

    // Nothing of the processes is left; the key still counts, and another one is another push.
    var again = consumer(first);
    try (var third = ApiProcess.start(first.settings())) {
      var later = body.toString().replace("first", "later");
      assertThat(push(third.port(), "chunk-1", later).join().body())
          .isEqualTo("{\"accepted\":" + RECORDS + "}");
      assertThat(push(third.port(), "chunk-2", "{\"n\":-1,\"note\":\"end\"}").join().statusCode())
          .isEqualTo(200);
      awaitRows(first, RECORDS + 1);
      assertThat(Database.number("SELECT count(*) FROM " + first.table() + " WHERE note = 'later'"))
          .isZero();
    } finally {
      again.close();
    }
  }

  private RuntimeProgram consumer(TestPipeline pipeline) throws IOException {
    return RuntimeProgram.consumer(pipeline.definition, TestPipeline.ownersEnvironment(), folder);
  }

  private static void awaitRows(TestPipeline pipeline, int rows) {
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Database.number("SELECT count(*) FROM " + pipeline.table()) >= rows);
    assertThat(Database.number("SELECT count(*) FROM " + pipeline.table())).isEqualTo(rows);
  }

  private CompletableFuture<HttpResponse<String>> push(int port, String key, String body) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/records"))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/x-ndjson")
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
