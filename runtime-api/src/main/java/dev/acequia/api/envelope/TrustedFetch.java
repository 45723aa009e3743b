package dev.acequia.api.envelope;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * GETs a small document: without redirects, within five seconds, and never many at once, since it
 * is strangers' requests that give rise to it.
 */
final class TrustedFetch {
  private static final int MAX_BYTES = 256 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NEVER)
          .connectTimeout(PATIENCE)
          .build();
  private final Semaphore atOnce = new Semaphore(4);

  /**
   * The document.
   *
   * @throws IOException when it is not to be had; the message names the address
   */
  byte[] get(URI address) throws IOException, InterruptedException {
    if (!atOnce.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("too much is being fetched at once, " + address + " had to wait");
    }
    try {
      return body(address);
    } finally {
      atOnce.release();
    }
  }

  private byte[] body(URI address) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(address).timeout(PATIENCE).GET().build();
    try {
      var response = client.send(request, BodyHandlers.ofInputStream());
      try (var body = response.body()) {
        if (response.statusCode() / 100 != 2) {
          throw new IOException("answers " + response.statusCode());
        }
        var bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new IOException("is larger than " + MAX_BYTES + " bytes");
        }
        return bytes;
      }
    } catch (IOException e) {
      throw new IOException(address + ": " + e.getMessage(), e);
    }
  }
}
