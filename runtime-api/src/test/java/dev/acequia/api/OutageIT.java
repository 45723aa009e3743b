package dev.acequia.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.Field;
import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import dev.acequia.contract.PipelineDefinition;
import dev.acequia.contract.Schema;
import dev.acequia.contract.StoreDefinition;
import dev.acequia.contract.TopicDefinition;
import dev.acequia.contract.UnknownFields;
import dev.acequia.servers.KafkaServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One half of what the process leans on is down: the other half's work goes on. */
class OutageIT {
  private static final String TOPIC = "test.outage";

  private final HttpClient http = HttpClient.newHttpClient();

  private static ApiProcess start(String bootstrapServers) {
    var definition =
        new PipelineDefinition(
            "test",
            "outage",
            null,
            new Schema(
                List.of(),
                List.of(new Field("n", FieldType.INT32, false, null)),
                UnknownFields.REJECT),
            new TopicDefinition(TOPIC, "id", 1, TOPIC + ".dlq"),
            new StoreDefinition.Postgres("test", "outage"),
            LoadMode.APPEND,
            100,
            0.05,
            null);
    var environment = new HashMap<String, String>();
    environment.put("ACEQUIA_BIND_ADDRESS", "127.0.0.1");
    environment.put("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers);
    // Nobody listens there.
    environment.put("STORE_URI", "postgresql://127.0.0.1:1/none");
    environment.put("STORE_USERNAME", "nobody");
    environment.put("STORE_PASSWORD", "none");
    return ApiProcess.start(new ApiSettings(definition, environment, 0, 0, Duration.ZERO));
  }

  private static void createTopic(String bootstrapServers) {
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> send(int port, String path, String body)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (!body.isEmpty()) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void pushesGoOnWithoutTheStoreAndSayWhenKafkaIsGone(@TempDir Path folder)
      throws IOException, InterruptedException {
    var kafka = KafkaServer.start(folder);
    createTopic(kafka.bootstrapServers());
    try (var api = start(kafka.bootstrapServers())) {
      assertThat(send(api.port(), "/v1/records", "{\"n\":1}").statusCode()).isEqualTo(200);

      var query = send(api.port(), "/v1/records", "");
      assertThat(query.statusCode()).as(query.body()).isEqualTo(503);
      assertThat(query.body()).contains("urn:acequia:problem:store-unavailable");
      assertThat(query.headers().firstValue("Retry-After")).isPresent();
      assertThat(send(api.managementPort(), "/health/ready", "").statusCode()).isEqualTo(503);

      kafka.kill();
      var push = send(api.port(), "/v1/records", "{\"n\":2}");
      assertThat(push.statusCode()).as(push.body()).isEqualTo(503);
      assertThat(push.body())
          .containsPattern("urn:acequia:problem:(outcome-unknown|nothing-stored)");
      assertThat(push.headers().firstValue("Retry-After")).isPresent();

      kafka = KafkaServer.start(folder);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> send(api.port(), "/v1/records", "{\"n\":3}").statusCode() == 200);
    } finally {
      kafka.close();
    }
  }

  @Test
  void saysThatNothingWasStoredWhenKafkaWasNeverReached() throws IOException, InterruptedException {
    try (var api = start("127.0.0.1:1")) {
      var push = send(api.port(), "/v1/records", "[{\"n\":1},{\"n\":2}]");

      assertThat(push.statusCode()).isEqualTo(503);
      assertThat(push.body()).contains("urn:acequia:problem:nothing-stored");
      assertThat(send(api.port(), "/docs", "").statusCode()).isEqualTo(200);
    }
  }
}
