package dev.acequia.api;

import static dev.acequia.api.TestPipeline.field;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.acequia.contract.FieldType;
import dev.acequia.contract.LoadMode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process with the image's flags, and clients that never say what they want. */
class HalfHeadersIT {
  private static final byte[] HALF = "GET /v1/records HTTP/1.1\r\nHost: a".getBytes(US_ASCII);
  private static final int SOCKETS = 3000;

  private static TestPipeline pipeline;
  private static RuntimeProgram api;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    pipeline = TestPipeline.start(LoadMode.APPEND, List.of(), field("n", FieldType.INT32));
    api = RuntimeProgram.api(pipeline.definition, TestPipeline.environment(), folder, List.of());
    await().atMost(Duration.ofMinutes(3)).ignoreExceptions().until(() -> answers());
  }

  @AfterAll
  static void stop() {
    api.close();
    pipeline.close();
  }

  private static boolean answers() throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
                  HttpRequest.newBuilder(URI.create(api.endpoint() + "/v1/records?limit=1"))
                      .timeout(Duration.ofSeconds(10))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    }
  }

  private static Socket half() throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(URI.create(api.endpoint()).getHost(), 8080), 10_000);
    socket.getOutputStream().write(HALF);
    return socket;
  }

  @Test
  void outlivesThousandsOfHalfSentRequests() throws Exception {
    var sockets = new ArrayList<Socket>();
    try {
      for (var i = 0; i < SOCKETS && api.isAlive(); i++) {
        try {
          sockets.add(half());
        } catch (IOException e) {
          // The process takes no more for now, or it is dead.
          break;
        }
      }
      await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> answers());
      assertThat(api.isAlive()).isTrue();
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  /** Each byte would begin a timeout of silence again. */
  @Test
  void endsARequestWhoseHeadTricklesIn() throws Exception {
    try (var socket = half()) {
      socket.setSoTimeout(500);
      var start = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(25))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> isClosedByPeer(socket));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(5));
    }
  }

  /** Its answer is sent; Tomcat still reads the rest, for as long as a byte comes now and then. */
  @Test
  void endsARefusedRequestWhoseBodyTricklesIn() throws Exception {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(URI.create(api.endpoint()).getHost(), 8080), 10_000);
      socket
          .getOutputStream()
          .write(
              "POST /v1/nothing-here HTTP/1.1\r\nHost: a\r\nContent-Length: 30000000\r\n\r\nx"
                  .getBytes(US_ASCII));
      socket.setSoTimeout(500);
      var answer = new StringBuilder();
      await()
          .atMost(Duration.ofSeconds(25))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> isAtItsEnd(socket, answer));
      assertThat(answer).startsWith("HTTP/1.1 404");
    }
  }

  private static boolean isAtItsEnd(Socket socket, StringBuilder answer) throws IOException {
    try {
      socket.getOutputStream().write('x');
      var buffer = new byte[4096];
      var read = socket.getInputStream().read(buffer);
      if (read > 0) {
        answer.append(new String(buffer, 0, read, US_ASCII));
      }
      return read < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  /** One that is refused early, and sends its body to the end before it reads. */
  @Test
  void answersWhoSendsABodyToItsEndThoughItIsRefused() throws Exception {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(URI.create(api.endpoint()).getHost(), 8080), 10_000);
      socket.setSoTimeout(20_000);
      var out = socket.getOutputStream();
      for (var request = 0; request < 2; request++) {
        out.write(
            "POST /v1/nothing-here HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n"
                .getBytes(US_ASCII));
        out.write(new byte[8_000_000]);
        assertThat(new String(socket.getInputStream().readNBytes(12), US_ASCII))
            .isEqualTo("HTTP/1.1 404");
        readAnswer(socket);
      }
    }
  }

  /** What follows the first line. */
  private static void readAnswer(Socket socket) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    var length = head.substring(head.indexOf("Content-Length: ") + 16).split("\r\n", 2)[0];
    assertThat(socket.getInputStream().readNBytes(Integer.parseInt(length))).isNotEmpty();
  }

  private static boolean isClosedByPeer(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write('x');
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }
}
