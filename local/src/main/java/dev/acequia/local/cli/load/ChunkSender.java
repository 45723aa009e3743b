package dev.acequia.local.cli.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/** Sends one chunk, again and again until the endpoint gives a final answer. */
final class ChunkSender {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration FIRST_DELAY = Duration.ofMillis(200);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

  private final HttpClient http;
  private final Endpoint endpoint;
  private final URI target;
  private final Duration patience;
  private final ImportListener listener;

  /**
   * A sender.
   *
   * @param target of the endpoint's addresses, the one that takes records
   * @param patience how long a chunk may go without a final answer
   */
  ChunkSender(
      HttpClient http, Endpoint endpoint, URI target, Duration patience, ImportListener listener) {
    this.http = http;
    this.endpoint = endpoint;
    this.target = target;
    this.patience = patience;
    this.listener = listener;
  }

  /**
   * Sends the chunk.
   *
   * @param stopped whether to give up trying
   * @return never {@link Answer.Later}, unless it was stopped
   */
  Answer send(Chunk chunk, BooleanSupplier stopped) throws InterruptedException {
    var start = System.nanoTime();
    var delay = FIRST_DELAY;
    for (var attempt = 1; ; attempt++) {
      var answer = once(chunk);
      if (!(answer instanceof Answer.Later later)) {
        if (attempt > 1) {
          listener.recovered();
        }
        return answer;
      }
      if (stopped.getAsBoolean()) {
        return answer;
      }
      if (System.nanoTime() - start > patience.toNanos()) {
        return new Answer.Never(
            "no answer in %s, the last try: %s".formatted(Durations.text(patience), later.reason()),
            true);
      }
      var wait = later.after() == null ? jittered(delay) : later.after();
      listener.waiting(later.reason(), wait);
      Thread.sleep(wait);
      delay = delay.multipliedBy(2);
      delay = delay.compareTo(LONGEST_DELAY) > 0 ? LONGEST_DELAY : delay;
    }
  }

  private Answer once(Chunk chunk) throws InterruptedException {
    var request =
        endpoint
            .request(target)
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", "application/x-ndjson")
            .header("Idempotency-Key", chunk.idempotencyKey())
            .POST(HttpRequest.BodyPublishers.ofByteArray(chunk.body()))
            .build();
    try {
      return AnswerReader.read(http.send(request, HttpResponse.BodyHandlers.ofByteArray()), chunk);
    } catch (ConnectException | HttpConnectTimeoutException e) {
      return new Answer.Later("nothing answers at " + target.getAuthority(), null);
    } catch (HttpTimeoutException e) {
      return new Answer.Later("no answer in " + Durations.text(REQUEST_TIMEOUT), null);
    } catch (IOException e) {
      return new Answer.Later("the connection broke: " + e.getMessage(), null);
    }
  }

  /** Half of it at least, so that the lanes do not all come back at once. */
  private static Duration jittered(Duration delay) {
    var half = delay.toMillis() / 2;
    return Duration.ofMillis(half + ThreadLocalRandom.current().nextLong(half + 1));
  }
}
