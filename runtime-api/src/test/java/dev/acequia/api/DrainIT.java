package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The process ends while clients push. */
class DrainIT {
  private static final int CLIENTS = 8;
  private static final int BEFORE_THE_END = 200;

  private final Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicBoolean refused = new AtomicBoolean();

  @Test
  void losesNothingThatItAcknowledgedAndSendsClientsElsewhere()
      throws IOException, InterruptedException {
    var pipeline =
        TestPipeline.start(
            Duration.ofSeconds(2),
            Map.of(),
            LoadMode.APPEND,
            List.of(),
            field("n", FieldType.INT32));
    pipeline.mark();
    var clients =
        java.util.stream.IntStream.range(0, CLIENTS)
            .mapToObj(_ -> Thread.startVirtualThread(() -> push(pipeline.api.port())))
            .toList();
    await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() >= BEFORE_THE_END);

    pipeline.close();
    for (var client : clients) {
      client.join(Duration.ofSeconds(60));
      assertThat(client.isAlive()).isFalse();
    }

    assertThat(asked.get()).as("answers that close their connection").isPositive();
    var stored = new TreeSet<Integer>();
    for (var record : pipeline.topicAtLeast(acknowledged.size())) {
      stored.add(Integer.parseInt(new String(record.value(), UTF_8).replaceAll("[^0-9]", "")));
    }
    assertThat(stored).containsAll(acknowledged);
  }

  /** Until nobody listens any more. */
  private void push(int port) {
    try (var http = HttpClient.newHttpClient()) {
      while (!refused.get()) {
        var n = number.getAndIncrement();
        var answer =
            http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/records"))
                    .timeout(Duration.ofSeconds(30))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"n\":" + n + "}"))
                    .build(),
                BodyHandlers.ofString());
        if (answer.headers().firstValue("Connection").equals(java.util.Optional.of("close"))) {
          asked.incrementAndGet();
        }
        if (answer.statusCode() == 200) {
          acknowledged.add(n);
        }
      }
    } catch (IOException | InterruptedException e) {
      refused.set(true);
    }
  }
}
