package dev.acequia.local.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.acequia.servers.push.SnsStandIn;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline whose records lie in files of a folder or a bucket, with its catalog in PostgreSQL.
 */
@EndToEnd
class LakeE2E {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NOTIFIED = "lake-sns-e2e";
  private static final String TOPIC_ARN = "arn:aws:sns:us-west-2:123456789012:passengers";

  @TempDir private static Path folder;

  @Test
  void storesInAFolderAnswersFromItAndLeavesNothingBehind(Platform platform) throws Exception {
    platform.createNamespace("lake-e2e");
    new Lake(platform, "lake-e2e", folder).lives("file://" + folder.resolve("passengers"), "");
  }

  @Test
  void storesInABucketAnswersFromItAndLeavesNothingBehind(Platform platform) throws Exception {
    new Lake(platform, "lake-s3-e2e", platform.bucket.resolve("e2e"))
        .lives("s3://lakes/e2e/passengers", inBucket(platform, "lake-s3-e2e"));
  }

  /** A data lake as many teams build it by hand: SNS, files in S3, and an API for data frames. */
  @Test
  void takesSignedNotificationsAndAnswersInColumns(Platform platform) throws Exception {
    var bucket = inBucket(platform, NOTIFIED);
    platform.kubectl.apply(
        lake(platform.example("sources/sns.yaml"), "s3://lakes/sns/passengers", bucket),
        "-n",
        NOTIFIED);
    platform.awaitReady(NOTIFIED, "passengers-sns");
    var endpoint = platform.endpoint(NOTIFIED, "passengers-sns");

    var sns = new SnsStandIn(platform.vendors);
    for (var passenger : JSON.readTree(platform.example("passengers.json"))) {
      var notification = JSON.writeValueAsString(sns.notification(TOPIC_ARN, passenger.toString()));
      // SNS delivers a message again when it does not hear the answer.
      for (var attempt = 0; attempt < 2; attempt++) {
        var answer = notify(platform, endpoint, notification);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      }
    }
    var forged = sns.notification(TOPIC_ARN, "{\"passenger_id\":21}");
    forged.put("Message", "{\"passenger_id\":22}");
    assertThat(notify(platform, endpoint, JSON.writeValueAsString(forged)).statusCode())
        .isEqualTo(403);

    awaitPassengers(platform, endpoint);
    var answer =
        platform.send(
            HttpRequest.newBuilder(URI.create(endpoint + "/v1/records?order=passenger_id"))
                .timeout(Platform.TIMEOUT)
                .header("Accept", "application/vnd.acequia.columns+json"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    // Names, values and their order.
    assertThat(JSON.readTree(answer.body())).hasToString(columns(platform).toString());
  }

  /** Waits until all passengers can be queried, each once. */
  private static void awaitPassengers(Platform platform, String endpoint) {
    await()
        .atMost(Platform.TIMEOUT)
        .untilAsserted(
            () ->
                assertThat(platform.rows(endpoint + "/v1/records?select=count()"))
                    .isEqualTo("[{\"count\":20}]"));
  }

  private static HttpResponse<String> notify(Platform platform, String endpoint, String message)
      throws Exception {
    return platform.send(
        HttpRequest.newBuilder(URI.create(endpoint + "/v1/records"))
            .timeout(Platform.TIMEOUT)
            .header("Content-Type", "text/plain; charset=UTF-8")
            .header("x-amz-sns-message-type", "Notification")
            .POST(HttpRequest.BodyPublishers.ofString(message)));
  }

  /** The passengers as pandas writes them: each column by the numbers of its rows. */
  private static ObjectNode columns(Platform platform) throws IOException {
    var columns = JSON.createObjectNode();
    var number = 0;
    for (var passenger : JSON.readTree(platform.example("passengers.json"))) {
      for (var field : passenger.properties()) {
        columns.withObjectProperty(field.getKey()).set(Integer.toString(number), field.getValue());
      }
      number++;
    }
    return columns;
  }

  /** A namespace with the bucket's keys in it, and the fields of a lake that names them. */
  private static String inBucket(Platform platform, String namespace) {
    var bucket = Objects.requireNonNull(platform.environment.bucket());
    platform.createNamespace(namespace);
    platform.kubectl.run(
        "create",
        "secret",
        "generic",
        "keys",
        "-n",
        namespace,
        "--from-literal=accessKeyId=" + bucket.accessKeyId(),
        "--from-literal=secretAccessKey=" + bucket.secretAccessKey());
    return "\n      endpoint: %s\n      secretName: keys".formatted(bucket.endpoint());
  }

  /** An example's lake at another place. */
  private static String lake(String example, String location, String more) {
    return example
        .replace("s3://analytics/passengers", location)
        .replace("{secretName: catalog}", "{secretName: warehouse}")
        .replace("commitInterval: 30s", "commitInterval: 1s" + more);
  }

  /**
   * A pipeline's life.
   *
   * @param files the folder that holds its files
   */
  private record Lake(Platform platform, String namespace, Path files) {
    void lives(String location, String more) throws Exception {
      platform.kubectl.apply(
          lake(platform.example("passengers-lake.yaml"), location, more), "-n", namespace);
      platform.awaitReady(namespace, "passengers-lake");
      assertThat(platform.get(namespace, "dp/passengers-lake", ".status.store"))
          .isEqualTo("lake:%s.passengers_lake".formatted(namespace.replace('-', '_')));

      var endpoint = platform.endpoint(namespace, "passengers-lake");
      var pushed = platform.push(endpoint, "application/json", platform.example("passengers.json"));
      assertThat(pushed.statusCode()).as(pushed.body()).isEqualTo(200);
      awaitPassengers(platform, endpoint);
      assertThat(platform.rows(endpoint + "/v1/records?passenger_id=eq.13&select=name,seat_number"))
          .isEqualTo("[{\"name\":\"Javier Peña\",\"seat_number\":\"20A\"}]");
      assertThat(stored()).anyMatch(file -> file.toString().endsWith(".parquet"));

      platform.kubectl.run(
          "patch",
          "dp/passengers-lake",
          "-n",
          namespace,
          "--type=merge",
          "-p",
          "{\"spec\":{\"deletionPolicy\":\"Delete\"}}");
      platform.kubectl.run("delete", "dp/passengers-lake", "-n", namespace, "--timeout=90s");
      assertThat(stored()).isEmpty();
      assertThat(
              platform.sql(
                  "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'acequia\\_lake\\_%s%%'"
                      .formatted(namespace.replace("-", "\\_"))))
          .isEmpty();
    }

    private List<Path> stored() throws IOException {
      if (!Files.exists(files)) {
        return List.of(); // the S3 server removes empty folders
      }
      try (var all = Files.walk(files)) {
        return all.filter(Files::isRegularFile).toList();
      }
    }
  }
}
