package dev.acequia.api.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections with buffers as small as those of a distant network, on which little happens. */
class ConnectionEndsIT {
  private static final int ANSWER_BYTES = 64 << 20;

  private final CompletableFuture<Duration> answered = new CompletableFuture<>();
  private final Tomcat tomcat = new Tomcat();
  private int port;

  private final class Large extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      var began = System.nanoTime();
      response.setContentLength(ANSWER_BYTES);
      try {
        response.getOutputStream().write(new byte[ANSWER_BYTES]);
      } finally {
        answered.complete(Duration.ofNanos(System.nanoTime() - began));
      }
    }
  }

  @BeforeEach
  void start(@TempDir Path folder) throws LifecycleException {
    tomcat.setBaseDir(folder.toString());
    var connector = new Connector(BoundedHttp.class.getName());
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    connector.setProperty("socket.txBufSize", "4096");
    tomcat.setConnector(connector);
    var context = tomcat.addContext("", null);
    Tomcat.addServlet(context, "large", new Large());
    context.addServletMappingDecoded("/", "large");
    tomcat.start();
    port = connector.getLocalPort();
  }

  @AfterEach
  void stop() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
  }

  private Socket ask() throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(2048);
    socket.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
    return socket;
  }

  /** It is never silent for a minute. */
  @Test
  void endsAnAnswerThatIsReadTooSlowly() throws Exception {
    try (var socket = ask()) {
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> isAnsweredAfterReading(socket, 300));
      assertThat(answered.join()).isGreaterThan(Duration.ofSeconds(55));
    }
  }

  @Test
  void keepsAnAnswerThatIsReadAtAPace() throws Exception {
    try (var socket = ask()) {
      await()
          .during(Duration.ofSeconds(80))
          .atMost(Duration.ofSeconds(100))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> !isAnsweredAfterReading(socket, 2048));
    }
  }

  @Test
  void endsAConnectionOnWhichNothingComes() throws Exception {
    try (var socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(90_000);
      socket.getOutputStream().write("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
      var began = System.nanoTime();

      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 200");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(30));
    }
  }

  private boolean isAnsweredAfterReading(Socket socket, int bytes) throws IOException {
    if (!answered.isDone()) {
      try {
        socket.getInputStream().readNBytes(bytes);
      } catch (SocketException e) {
        // It is ended.
      }
    }
    return answered.isDone();
  }
}
