package dev.acequia.operator.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A GET with two bounds that the client's own has not: the bytes of the answer, and the time until
 * its last byte. The client takes an answer as a whole, and retries for minutes.
 *
 * @param path below the API server's address, with its query
 */
record BoundedGet<T>(KubernetesClient client, String path, Class<T> type)
    implements ForeignObject<T> {
  /** With the client's retries. A reconcile that fails is retried anyway. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** The path of the object of this kind and name. */
  static String path(Class<? extends HasMetadata> kind, String namespace, String name) {
    return "%s/%s".formatted(path(kind, namespace), encoded(name));
  }

  /** The path of all objects of this kind. */
  static String path(Class<? extends HasMetadata> kind, String namespace) {
    var version = HasMetadata.getApiVersion(kind);
    return "%s/%s/namespaces/%s/%s"
        .formatted(
            version.contains("/") ? "apis" : "api",
            version,
            encoded(namespace),
            HasMetadata.getPlural(kind));
  }

  static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8);
  }

  @Override
  public Optional<Answer<T>> read(int mostBytes) {
    var body = new Body(mostBytes);
    var response = send(body);
    var code =
        response.thenCompose(
            begun -> {
              begun.body().consume();
              return begun.body().done().thenApply(_ -> begun.code());
            });
    try {
      return Optional.of(answer(code.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS), body));
    } catch (ExecutionException e) {
      if (body.isTooLong()) {
        return Optional.empty();
      }
      throw failed(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw failed("no whole answer within " + LIMIT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted", e);
    } finally {
      var _ = response.thenAccept(begun -> begun.body().cancel());
      response.cancel(true);
    }
  }

  private CompletableFuture<HttpResponse<AsyncBody>> send(Body body) {
    var http = client.getHttpClient();
    var request =
        http.newHttpRequestBuilder()
            .uri(client.getConfiguration().getMasterUrl() + path)
            .timeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    try {
      return http.consumeBytes(request, body);
    } catch (IllegalStateException e) { // closed, since the operator ends
      throw failed(String.valueOf(e.getMessage()), e);
    }
  }

  private Answer<T> answer(int code, Body body) {
    return switch (code) {
      case HttpURLConnection.HTTP_OK -> new Answer<>(parse(body, type));
      case HttpURLConnection.HTTP_NOT_FOUND -> new Answer<>(null);
      default -> {
        var status = status(code, body);
        throw new KubernetesClientException(
            "GET %s: %s".formatted(path, status.getMessage()), code, status);
      }
    };
  }

  /** A proxy in between may answer with anything. */
  private Status status(int code, Body body) {
    try {
      return parse(body, Status.class);
    } catch (RuntimeException e) {
      return new StatusBuilder().withCode(code).withMessage("status " + code).build();
    }
  }

  private <A> A parse(Body body, Class<A> as) {
    return client.getKubernetesSerialization().unmarshal(body.stream(), as);
  }

  private KubernetesClientException failed(String why, Exception cause) {
    return new KubernetesClientException("GET %s: %s".formatted(path, why), cause);
  }

  /** The bytes of an answer; it refuses those beyond the bound. */
  private static final class Body implements AsyncBody.Consumer<List<ByteBuffer>> {
    private final int most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private volatile boolean tooLong;

    Body(int most) {
      this.most = most;
    }

    @Override
    public void consume(List<ByteBuffer> parts, AsyncBody answer) throws IOException {
      for (var part : parts) {
        if (part.remaining() > most - bytes.size()) {
          tooLong = true;
          throw new IOException("longer than " + most + " bytes");
        }
        var copy = new byte[part.remaining()];
        part.get(copy);
        bytes.write(copy);
      }
      answer.consume();
    }

    boolean isTooLong() {
      return tooLong;
    }

    InputStream stream() {
      return new ByteArrayInputStream(bytes.toByteArray());
    }
  }
}
