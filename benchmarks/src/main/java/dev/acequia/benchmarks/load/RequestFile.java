package dev.acequia.benchmarks.load;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Requests as the bytes that go over the wire, each behind its length. */
public final class RequestFile {
  private RequestFile() {}

  /** A GET. */
  public static byte[] get(String pathAndQuery) {
    return request("GET " + pathAndQuery, "Accept: application/json\r\n");
  }

  /** A POST of a body. */
  public static byte[] post(String path, String contentType, byte[] body) {
    var head =
        request(
            "POST " + path,
            "Content-Type: " + contentType + "\r\nContent-Length: " + body.length + "\r\n");
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
  }

  private static byte[] request(String target, String headers) {
    return (target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  public static void write(Path file, Iterable<byte[]> requests) throws IOException {
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      for (var request : requests) {
        out.writeInt(request.length);
        out.write(request);
      }
    }
  }

  static List<ByteBuffer> read(Path file) throws IOException {
    var requests = new ArrayList<ByteBuffer>();
    try (var in = new DataInputStream(Files.newInputStream(file))) {
      while (true) {
        var bytes = in.readNBytes(in.readInt());
        requests.add(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
      }
    } catch (EOFException end) {
      return requests;
    }
  }
}
