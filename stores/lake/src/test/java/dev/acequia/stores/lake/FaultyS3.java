package dev.acequia.stores.lake;

import dev.acequia.servers.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands before an S3 server and spoils some of the answers. Each connection has one request, so
 * that a broken one spoils no other.
 */
final class FaultyS3 implements AutoCloseable {
  private static final String INTERIM = "HTTP/1.1 100 Continue\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 30_000;

  /** What becomes of a request. */
  private enum Fault {
    NONE,
    /** S3 asks for fewer requests. */
    SLOW_DOWN,
    /** S3 has done the work and says that it failed. */
    ERROR_AFTER,
    CUT_BEFORE,
    /** S3 has done the work and nobody hears of it. */
    CUT_AFTER,
    /** Half of the answer comes. */
    HALF
  }

  private final ServerSocket listener;
  private final URI server;
  private final Random random;
  private final AtomicLong faults = new AtomicLong();
  private volatile double share;

  /** Spoils nothing yet. */
  FaultyS3(S3Server server, long seed) {
    this.server = URI.create(server.endpoint());
    random = new Random(seed);
    try {
      listener = new ServerSocket(0, 0, InetAddress.ofLiteral("127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::listen);
  }

  String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /**
   * Spoils some answers from now on.
   *
   * @param share of the requests, 0 to 1
   */
  void spoil(double share) {
    this.share = share;
  }

  /** The number of spoiled answers. */
  long faults() {
    return faults.get();
  }

  private void listen() {
    try {
      while (true) {
        var client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // It is closed by the test.
    }
  }

  private synchronized Fault draw() {
    var all = Fault.values();
    return random.nextDouble() < share ? all[1 + random.nextInt(all.length - 1)] : Fault.NONE;
  }

  private void serve(Socket client) {
    try (client) {
      client.setSoTimeout(TIMEOUT_MILLIS);
      var request = request(client);
      var fault = draw();
      if (fault != Fault.NONE) {
        faults.incrementAndGet();
      }
      var out = client.getOutputStream();
      switch (fault) {
        case NONE -> out.write(forward(request));
        case SLOW_DOWN -> out.write(error("503 Slow Down", "SlowDown"));
        case ERROR_AFTER -> {
          forward(request);
          out.write(error("500 Internal Server Error", "InternalError"));
        }
        case CUT_BEFORE -> {}
        case CUT_AFTER -> forward(request);
        case HALF -> {
          var answer = forward(request);
          out.write(answer, 0, answer.length / 2);
        }
      }
      out.flush();
    } catch (IOException gone) {
      // The client gave up.
    }
  }

  /** A whole request, which asks for a connection of its own. */
  private static byte[] request(Socket client) throws IOException {
    var in = client.getInputStream();
    var head = head(in);
    var length = 0;
    var kept = new StringBuilder();
    for (var line : head.split("\r\n")) {
      var lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
      }
      if (lower.startsWith("expect:")) {
        client.getOutputStream().write(INTERIM.getBytes(StandardCharsets.US_ASCII));
      } else if (!lower.startsWith("connection:")) {
        kept.append(line).append("\r\n");
      }
    }
    kept.append("Connection: close\r\n\r\n");
    var whole = new ByteArrayOutputStream();
    whole.write(kept.toString().getBytes(StandardCharsets.ISO_8859_1));
    var body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException();
    }
    whole.write(body);
    return whole.toByteArray();
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    var end = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    var matched = 0;
    while (matched < end.length) {
      var b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      head.write(b);
      matched = b == end[matched] ? matched + 1 : b == end[0] ? 1 : 0;
    }
    var bytes = head.toByteArray();
    return new String(Arrays.copyOf(bytes, bytes.length - end.length), StandardCharsets.ISO_8859_1);
  }

  private byte[] forward(byte[] request) throws IOException {
    try (var upstream = new Socket(server.getHost(), server.getPort())) {
      upstream.setSoTimeout(TIMEOUT_MILLIS);
      upstream.getOutputStream().write(request);
      upstream.getOutputStream().flush();
      return upstream.getInputStream().readAllBytes();
    }
  }

  private static byte[] error(String status, String code) {
    var body = "<Error><Code>%s</Code><Message>by the test</Message></Error>".formatted(code);
    return "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
