package dev.acequia.benchmarks.serving;

import dev.acequia.benchmarks.harness.MeasuredProcess;
import dev.acequia.local.CommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A process that answers HTTP. */
public record Server(MeasuredProcess process, InetSocketAddress address) implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(1))
          .build();

  /** Waits until it answers a GET with 200. */
  public Server awaitReady(int port, String path) throws InterruptedException {
    var deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      process.checkAlive();
      try {
        if (send(port, HttpRequest.newBuilder().GET(), path).statusCode() == 200) {
          return this;
        }
      } catch (IOException notYet) {
        // It does not listen yet.
      }
      if (System.nanoTime() > deadline) {
        throw new CommandException("%s%s does not become ready".formatted(address, path));
      }
      Thread.sleep(20); // readiness is asked for, not told
    }
  }

  /** The body of an answer that must be a 200. */
  public byte[] get(String pathAndQuery) throws IOException, InterruptedException {
    return get(address.getPort(), pathAndQuery);
  }

  /** The same at another port of the process. */
  public byte[] get(int port, String pathAndQuery) throws IOException, InterruptedException {
    return wanted(send(port, HttpRequest.newBuilder().GET(), pathAndQuery));
  }

  private static byte[] wanted(HttpResponse<byte[]> answer) {
    if (answer.statusCode() != 200) {
      throw new CommandException(
          "%s was answered by %d: %s"
              .formatted(
                  answer.uri(),
                  answer.statusCode(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    return answer.body();
  }

  private HttpResponse<byte[]> send(int port, HttpRequest.Builder request, String pathAndQuery)
      throws IOException, InterruptedException {
    var uri = URI.create("http://" + address.getHostString() + ":" + port + pathAndQuery);
    return CLIENT.send(
        request.uri(uri).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofByteArray());
  }

  @Override
  public void close() {
    process.close();
  }
}
