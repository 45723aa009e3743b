package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process with little memory, and clients that would take much of it. */
class SlowClientsIT {
  private static final String NDJSON = "application/x-ndjson";
  private static final int LIMIT_KIB = 256 << 10;
  private static final int SLOW = 200;

  /** Connections that may have long queues, and others. */
  private static final int FEW = 64;

  private static final long UNREAD = 100;

  private static TestPipeline pipeline;
  private static RuntimeProgram api;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    pipeline = TestPipeline.start(LoadMode.APPEND, List.of(), field("note", FieldType.STRING));
    api =
        RuntimeProgram.api(
            pipeline.definition, TestPipeline.environment(), folder, List.of("-Xmx72m"));
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> push(NDJSON, "", BodyPublishers.ofString("{\"note\":\"first\"}")) == 200);
  }

  @AfterAll
  static void stop() {
    api.close();
    pipeline.close();
  }

  private static int push(String contentType, String query, HttpRequest.BodyPublisher body)
      throws IOException, InterruptedException {
    return HTTP.send(
            HttpRequest.newBuilder(URI.create(api.endpoint() + "/v1/records" + query))
                .timeout(Duration.ofMinutes(2))
                .header("Content-Type", contentType)
                .POST(body)
                .build(),
            BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void streamsMoreThanItsMemory() throws IOException, InterruptedException {
    var line = ("{\"note\":\"" + "x".repeat(2000) + "\"}\n").getBytes(US_ASCII);

    var status =
        push(NDJSON, "?onError=skip", BodyPublishers.ofInputStream(() -> new Lines(line, 150_000)));

    assertThat(status).isEqualTo(200);
    assertThat(api.peakResidentKib()).isLessThan(LIMIT_KIB);
  }

  /** Half of a push, then a byte now and again; and requests whose answers nobody reads. */
  @Test
  void servesOthersBesideClientsThatHardlyMove() throws IOException, InterruptedException {
    var slow = new ArrayList<Socket>();
    try {
      for (var i = 0; i < SLOW; i++) {
        slow.add(slow(i));
      }
      for (var round = 0; round < 5; round++) {
        for (var i = 0; i < SLOW; i++) {
          slow.set(i, moved(slow.get(i), i));
        }
        assertThat(push(NDJSON, "", BodyPublishers.ofString("{\"note\":\"other\"}")))
            .isEqualTo(200);
        assertThat(
                push(
                    "text/csv",
                    "?onError=skip",
                    BodyPublishers.ofString("note\n" + "y\n".repeat(10_000))))
            .isEqualTo(200);
        assertThat(push(NDJSON, "", BodyPublishers.ofString("{\"note\":\"z\"}\n".repeat(100_000))))
            .isEqualTo(200);
      }
      assertThat(api.peakResidentKib()).isLessThan(LIMIT_KIB);
    } finally {
      for (var socket : slow) {
        socket.close();
      }
    }
  }

  /** What is queued for them counts as memory of the container, beside that of the process. */
  @Test
  void littleIsQueuedForVeryManyWhoDoNotRead() throws IOException {
    var sockets = new ArrayList<Socket>();
    try {
      for (var i = 0; i < FEW; i++) {
        sockets.add(new Socket(api.address(), 8080));
      }
      for (var i = 0; i < UNREAD; i++) {
        sockets.add(slow(3));
      }
      var watch = new MemoryWatch(api);
      await()
          .pollInterval(Duration.ofMillis(500))
          .during(Duration.ofSeconds(5))
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                watch.look();
                assertThat(watch.peakSocketsKib()).isPositive().isLessThan(128 * UNREAD);
              });
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  /** One byte further, or one like it anew where the API would not wait for the rest. */
  private static Socket moved(Socket client, int number) throws IOException {
    try {
      client.getOutputStream().write('x');
      return client;
    } catch (SocketException e) {
      client.close();
      return slow(number);
    }
  }

  private static Socket slow(int number) throws IOException {
    var socket = new Socket(URI.create(api.endpoint()).getHost(), 8080);
    var out = socket.getOutputStream();
    var head = " HTTP/1.1\r\nHost: a\r\n";
    switch (number % 4) {
      case 0 ->
          out.write(
              ("POST /v1/records"
                      + head
                      + "Content-Type: application/json\r\n"
                      + "Content-Length: 10000000\r\n\r\n{\"note\":\"")
                  .getBytes(US_ASCII));
      case 1 ->
          out.write(
              ("POST /v1/records?onError=skip"
                      + head
                      + "Content-Type: "
                      + NDJSON
                      + "\r\n"
                      + "Content-Length: 10000000\r\n\r\n{\"note\":\"")
                  .getBytes(US_ASCII));
      case 2 ->
          out.write(
              ("POST /v1/records?onError=skip"
                      + head
                      + "Content-Type: text/csv\r\n"
                      + "Content-Length: 10000000\r\n\r\nnote\n\"")
                  .getBytes(US_ASCII));
      default -> {
        socket.setReceiveBufferSize(4096);
        for (var i = 0; i < 20; i++) {
          out.write(("GET /openapi.json" + head + "\r\n").getBytes(US_ASCII));
        }
      }
    }
    out.flush();
    return socket;
  }

  private static final class Lines extends InputStream {
    private final byte[] line;
    private long left;
    private int at;

    Lines(byte[] line, int count) {
      this.line = line;
      this.left = (long) line.length * count;
    }

    @Override
    public int read() {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      var count = Math.min(length, line.length - at);
      System.arraycopy(line, at, into, offset, count);
      at = (at + count) % line.length;
      left -= count;
      return count;
    }
  }
}
