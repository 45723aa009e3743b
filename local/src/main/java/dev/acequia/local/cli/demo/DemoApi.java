package dev.acequia.local.cli.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.acequia.local.CommandException;
import dev.acequia.local.cli.load.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** The pipeline's HTTP API, as a user meets it. */
final class DemoApi {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http;
  private final Endpoint endpoint;

  DemoApi(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.http = endpoint.client();
  }

  /** The address of a query. */
  String address(String query) {
    return endpoint.records() + "?" + query;
  }

  /** The rows of a query's answer. */
  JsonNode query(String query) throws InterruptedException {
    return parse(answered(query, endpoint.request(URI.create(address(query)))).body());
  }

  /** How many records a query finds. */
  long count(String query) throws InterruptedException {
    var answer =
        answered(
            query, endpoint.request(URI.create(address(query))).header("Prefer", "count=exact"));
    var range = answer.headers().firstValue("Content-Range").orElse("");
    try {
      return Long.parseLong(range.substring(range.indexOf('/') + 1));
    } catch (NumberFormatException e) {
      throw new CommandException(
          "%s answers with Content-Range '%s', which has no count".formatted(address(query), range),
          e);
    }
  }

  /** How many records several queries find. */
  long count(List<String> queries) throws InterruptedException {
    var count = 0L;
    for (var query : queries) {
      count += count(query);
    }
    return count;
  }

  private HttpResponse<String> answered(String query, HttpRequest.Builder request)
      throws InterruptedException {
    var response = send(request.timeout(Duration.ofSeconds(30)));
    if (response.statusCode() != 200 && response.statusCode() != 206) {
      throw new CommandException(
          "%s answers %d: %s".formatted(address(query), response.statusCode(), response.body()));
    }
    return response;
  }

  /** Pushes a record that does not fit; the answer is expected to be 400. */
  JsonNode pushBad(String record) throws InterruptedException {
    var response =
        send(
            endpoint
                .request(endpoint.records())
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(record)));
    if (response.statusCode() != 400) {
      throw new CommandException(
          "a bad record was answered with " + response.statusCode() + ": " + response.body());
    }
    return parse(response.body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws InterruptedException {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CommandException("the endpoint " + endpoint + " does not answer: " + e, e);
    }
  }

  private static JsonNode parse(String body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new CommandException("the endpoint answered with something else than JSON", e);
    }
  }
}
