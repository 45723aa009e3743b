package dev.acequia.benchmarks.load;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The answer that a connection is receiving: finds its status and its end, and passes over all
 * else. Knows bodies with a length and bodies in chunks.
 */
final class Answer {
  private static final int MAX_HEAD = 8192;

  private enum Part {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    DONE
  }

  private final byte[] line = new byte[MAX_HEAD];
  private int length;
  private Part part = Part.HEAD;
  private long remaining;
  private boolean firstLine;
  private boolean chunked;
  private boolean lastChunk;
  private boolean closing;
  private int status;
  private long bodyBytes;

  /** Makes it ready for the next answer of its connection. */
  void begin() {
    length = 0;
    part = Part.HEAD;
    remaining = 0;
    firstLine = true;
    chunked = false;
    lastChunk = false;
    closing = false;
    status = 0;
    bodyBytes = 0;
  }

  /**
   * Takes the bytes that came.
   *
   * @return whether the answer is whole
   */
  boolean take(ByteBuffer bytes) throws ProtocolException {
    while (part != Part.DONE && bytes.hasRemaining()) {
      switch (part) {
        case HEAD -> {
          if (lineEnds(bytes)) {
            headLine();
          }
        }
        case CHUNK_SIZE -> {
          if (lineEnds(bytes)) {
            chunkSize();
          }
        }
        case BODY, CHUNK -> pass(bytes);
        case DONE -> {}
      }
    }
    return part == Part.DONE;
  }

  boolean succeeded() {
    return status / 100 == 2;
  }

  /** Whether the server closes the connection behind it. */
  boolean closing() {
    return closing;
  }

  long bodyBytes() {
    return bodyBytes;
  }

  private void pass(ByteBuffer bytes) {
    var passed = (int) Math.min(remaining, bytes.remaining());
    bytes.position(bytes.position() + passed);
    remaining -= passed;
    if (remaining == 0) {
      part = part == Part.CHUNK ? Part.CHUNK_SIZE : Part.DONE;
    }
  }

  /** Gathers a line without its end. */
  private boolean lineEnds(ByteBuffer bytes) throws ProtocolException {
    while (bytes.hasRemaining()) {
      var b = bytes.get();
      if (b == '\n') {
        return true;
      }
      if (b != '\r') {
        if (length == MAX_HEAD) {
          throw new ProtocolException("a header line of more than " + MAX_HEAD + " bytes");
        }
        line[length++] = b;
      }
    }
    return false;
  }

  private void headLine() {
    if (firstLine) {
      firstLine = false;
      status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + line[11] - '0';
    } else if (length == 0) {
      part = chunked ? Part.CHUNK_SIZE : remaining == 0 ? Part.DONE : Part.BODY;
    } else if (isNamed("content-length:")) {
      remaining = Long.parseLong(value("content-length:"));
      bodyBytes = remaining;
    } else if (isNamed("transfer-encoding:")) {
      chunked = value("transfer-encoding:").equalsIgnoreCase("chunked");
    } else if (isNamed("connection:")) {
      closing = value("connection:").equalsIgnoreCase("close");
    }
    length = 0;
  }

  private void chunkSize() {
    // An empty line ends a chunk's data, and the whole after the last.
    if (length == 0) {
      part = lastChunk ? Part.DONE : Part.CHUNK_SIZE;
      return;
    }
    remaining = Long.parseLong(text(0), 16);
    bodyBytes += remaining;
    length = 0;
    if (remaining == 0) {
      lastChunk = true;
    } else {
      part = Part.CHUNK;
    }
  }

  private boolean isNamed(String lowerCase) {
    if (length < lowerCase.length()) {
      return false;
    }
    for (var i = 0; i < lowerCase.length(); i++) {
      if ((line[i] | 0x20) != (lowerCase.charAt(i) | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private String value(String name) {
    return text(name.length());
  }

  private String text(int from) {
    return new String(line, from, length - from, StandardCharsets.US_ASCII).strip();
  }
}
