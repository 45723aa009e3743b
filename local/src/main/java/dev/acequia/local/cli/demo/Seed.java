package dev.acequia.local.cli.demo;

import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One of the systems that teams build by hand, as a pipeline: what feeds it, and what is asked of
 * it.
 */
sealed interface Seed permits NotifiedSeed, PostedSeed, DeliveredSeed, PushedSeed {
  /** The file of its pipeline among the examples. */
  String example();

  /** What feeds it, in a few words. */
  String source();

  /** What has to be in the cluster before its pipeline. */
  default void prepare(SeedCluster cluster) {}

  /**
   * Feeds it with everything it has, and with a part of it twice, as its source does when an answer
   * is lost.
   */
  Fed feed(Endpoint endpoint, Path examples) throws InterruptedException;

  /** Queries whose results together are all records. */
  default List<String> parts() {
    return List.of("limit=1");
  }

  /** What is asked in the end. */
  Questions.Question question();

  /**
   * What was sent.
   *
   * @param records different ones
   * @param repeats how many were sent a second time
   */
  record Fed(long records, long repeats) {}

  /**
   * Posts what has to be taken.
   *
   * @param headers names and values in turn
   */
  static void post(HttpClient http, Endpoint endpoint, String body, String... headers)
      throws InterruptedException {
    try {
      var request =
          endpoint
              .request(endpoint.records())
              .timeout(Duration.ofSeconds(30))
              .headers(headers)
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new CommandException(
            "%s answered a delivery with %d: %s"
                .formatted(endpoint.records(), answer.statusCode(), answer.body()));
      }
    } catch (IOException e) {
      throw new CommandException(endpoint.records() + " did not answer a delivery: " + e, e);
    }
  }
}
