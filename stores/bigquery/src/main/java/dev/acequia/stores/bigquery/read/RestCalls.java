package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.EmptyContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpContent;
import com.google.api.client.http.HttpRequestFactory;
import com.google.api.client.http.HttpResponse;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.http.HttpTransportOptions;
import dev.acequia.stores.StoreReadException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Calls of BigQuery's REST interface whose answers are read as they come. Google's own client holds
 * a whole answer, of 10 MB of text, as objects of several times its size.
 */
final class RestCalls {
  private static final JsonMapper JSON = new JsonMapper();

  /** Attempts at a call whose failure may pass, within some two seconds. */
  private static final int ATTEMPTS = 5;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private static final Duration MOST_TO_CONNECT = Duration.ofSeconds(5);

  /** Of an error's answer; it is read whole. */
  private static final int ERROR_BYTES = 1 << 16;

  private final HttpRequestFactory requests;
  private final String root;

  /**
   * Under an identity.
   *
   * @param endpoint of the service, such as {@code https://bigquery.googleapis.com}
   */
  RestCalls(BigQueryOptions options, String endpoint) {
    var transport = (HttpTransportOptions) options.getTransportOptions();
    requests =
        transport
            .getHttpTransportFactory()
            .create()
            .createRequestFactory(transport.getHttpRequestInitializer(options));
    root =
        (endpoint.endsWith("/") ? endpoint : endpoint + "/")
            + "bigquery/v2/projects/"
            + options.getProjectId();
  }

  /**
   * Asks for a resource.
   *
   * @param path below the project
   * @return the answer, whose content the caller closes
   */
  HttpResponse get(String path, Map<String, String> parameters, Deadline deadline)
      throws ServiceException, StoreReadException {
    return call(path, parameters, null, deadline);
  }

  /** Posts a document; else as {@link #get}. */
  HttpResponse post(String path, JsonNode body, Deadline deadline)
      throws ServiceException, StoreReadException {
    return call(path, Map.of(), content(body), deadline);
  }

  /** Posts nothing but an address; else as {@link #get}. */
  HttpResponse post(String path, Map<String, String> parameters, Deadline deadline)
      throws ServiceException, StoreReadException {
    return call(path, parameters, new EmptyContent(), deadline);
  }

  private static HttpContent content(JsonNode body) {
    try {
      return new ByteArrayContent("application/json", JSON.writeValueAsBytes(body));
    } catch (JacksonException e) {
      throw new IllegalStateException("a tree can be written", e);
    }
  }

  /** Makes a call again whose failure may pass: all calls here can be made twice. */
  private HttpResponse call(
      String path, Map<String, String> parameters, @Nullable HttpContent body, Deadline deadline)
      throws ServiceException, StoreReadException {
    var pause = FIRST_PAUSE;
    for (var attempt = 1; ; attempt++) {
      try {
        return send(path, parameters, body, deadline);
      } catch (ServiceException e) {
        if (!e.passes() || isLast(attempt, pause, deadline)) {
          throw e;
        }
      } catch (IOException e) {
        if (isLast(attempt, pause, deadline)) {
          throw ReadFailure.of(e, deadline);
        }
      }
      Deadline.pause(jittered(pause));
      pause = pause.multipliedBy(2);
    }
  }

  private static boolean isLast(int attempt, Duration pause, Deadline deadline) {
    return attempt == ATTEMPTS || deadline.leftMillis() <= pause.toMillis();
  }

  private static Duration jittered(Duration pause) {
    var millis = pause.toMillis();
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  private HttpResponse send(
      String path, Map<String, String> parameters, @Nullable HttpContent body, Deadline deadline)
      throws IOException, ServiceException, StoreReadException {
    if (deadline.isOver()) {
      throw deadline.exceeded();
    }
    var left = deadline.leftMillis();
    var url = new GenericUrl(root + path);
    url.putAll(parameters);
    var request =
        body == null ? requests.buildGetRequest(url) : requests.buildPostRequest(url, body);
    request
        .setConnectTimeout((int) Math.min(left, MOST_TO_CONNECT.toMillis()))
        .setReadTimeout(left)
        .setLoggingEnabled(false)
        .setThrowExceptionOnExecuteError(false);
    var response = request.execute();
    if (response.isSuccessStatusCode()) {
      return response;
    }
    try {
      throw error(response);
    } finally {
      response.ignore();
    }
  }

  private static ServiceException error(HttpResponse response) throws IOException {
    var content = response.getContent();
    var text = content == null ? new byte[0] : content.readNBytes(ERROR_BYTES);
    JsonNode error;
    try {
      error = JSON.readTree(text).path("error");
    } catch (JacksonException e) {
      // A proxy before the service has words of its own.
      return new ServiceException(response.getStatusCode(), "", response.getStatusMessage());
    }
    return new ServiceException(
        response.getStatusCode(),
        error.path("errors").path(0).path("reason").asText(""),
        error.path("message").asText(""));
  }
}
