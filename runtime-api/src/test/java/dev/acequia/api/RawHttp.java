package dev.acequia.api;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection that sends a request's bytes as they are, which no proper client would, and is
 * opened anew when the server closed it.
 */
final class RawHttp implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream in;

  /** An answer, its headers by their names in small letters. */
  record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  RawHttp(int port) {
    this.port = port;
  }

  /** Asks for what stands between the method and the version of a request's first line. */
  Answer get(byte[] target, String headers) throws IOException {
    var fresh = socket == null;
    try {
      return send(target, headers);
    } catch (IOException e) {
      close();
      if (fresh) {
        throw e;
      }
      return send(target, headers);
    }
  }

  private Answer send(byte[] target, String headers) throws IOException {
    if (socket == null) {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }
    var request = new ByteArrayOutputStream();
    request.writeBytes("GET ".getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(target);
    request.writeBytes(
        (" HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    try {
      socket.getOutputStream().write(request.toByteArray());
    } catch (IOException refused) {
      // The server answers and closes when it has read enough; the answer is there all the same.
    }
    var answer = read();
    if ("close".equals(answer.headers.get("connection"))) {
      close();
    }
    return answer;
  }

  private Answer read() throws IOException {
    var status = Integer.parseInt(line().split(" ")[1]);
    var headers = new HashMap<String, String>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Answer(status, headers, java.util.Objects.requireNonNull(in).readNBytes(length));
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    while (true) {
      var b = java.util.Objects.requireNonNull(in).read();
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (b == '\n') {
        return line.toString().stripTrailing();
      }
      line.append((char) b);
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
      socket = null;
      in = null;
    }
  }
}
