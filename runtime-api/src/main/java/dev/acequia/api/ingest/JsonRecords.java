package dev.acequia.api.ingest;

import dev.acequia.api.http.Problem;
import dev.acequia.api.http.ProblemException;
import dev.acequia.api.http.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * The elements of a JSON array, or one JSON value alone. Holds one element at a time, of an array
 * of any length; of an element that is too long, only its beginning.
 */
final class JsonRecords implements BodyRecords {
  private final ByteWindow window;
  private final int maxLength;
  private long index;
  private boolean begun;
  private boolean lastTaken;
  private boolean finished;
  private int offset;
  private int length;

  // Where the scan of an element stands: it may go on in the next window.
  private final JsonStructure structure = JsonStructure.ofElements();
  private boolean inOverlong;

  /**
   * Reads elements as they come.
   *
   * @param maxLength of an element that is held whole, in bytes
   */
  JsonRecords(InputStream in, int maxLength, BodyMemory memory) {
    this.window = new ByteWindow(in, memory);
    this.maxLength = maxLength;
  }

  /** The elements of a body that was read whole. */
  JsonRecords(byte[] body, int length) {
    this.window = new ByteWindow(body, length);
    this.maxLength = length;
  }

  @Override
  public boolean next() throws IOException {
    if (inOverlong) {
      passOverlong();
    }
    if (lastTaken && !finished) {
      finish();
    }
    if (finished) {
      return false;
    }
    if (!begun) {
      begun = true;
      if (!beginArray()) {
        return !finished && single();
      }
      if (finished) {
        return false;
      }
    }
    element();
    return true;
  }

  /** Whether there is an array; it may have ended with its beginning. */
  private boolean beginArray() throws IOException {
    window.begin();
    var first = peek();
    if (first < 0) {
      throw new ProblemException(ProblemType.INVALID_BODY, "The body is empty.");
    }
    if (first != '[') {
      return false;
    }
    window.position++;
    if (peek() == ']') {
      finish();
    }
    return true;
  }

  /** The whole body, whatever it is. */
  private boolean single() throws IOException {
    while (!window.ended() && window.limit() - window.position <= maxLength) {
      window.fill();
    }
    range(window.position, window.limit());
    finished = true;
    return true;
  }

  private void element() throws IOException {
    peek();
    structure.begin();
    var at = passValue(window.position);
    if (at < 0) {
      offset = window.position;
      length = window.limit() - offset;
      window.position = window.limit();
      inOverlong = true;
      return;
    }
    if (at == window.position) {
      throw malformed("a value is missing");
    }
    range(window.position, at);
    window.position = at;
    endElement();
  }

  private void passOverlong() throws IOException {
    int at;
    do {
      at = passValue(window.position);
      window.position = window.limit();
    } while (at < 0);
    inOverlong = false;
    window.position = at;
    endElement();
  }

  /** Takes the comma or bracket after an element. */
  private void endElement() throws IOException {
    index++;
    if (window.bytes()[window.position] == ']') {
      // What follows is looked at later: reading on would move the element.
      lastTaken = true;
    } else {
      window.position++;
    }
  }

  /** To the comma or bracket that ends an element; -1 when it is too long to be held till there. */
  private int passValue(int from) throws IOException {
    var at = from;
    try {
      while (true) {
        var limit = window.limit();
        var end = structure.end(window.bytes(), at, limit);
        if (end >= 0) {
          return end;
        }
        if (window.ended()) {
          throw malformed("the array does not end");
        }
        if (limit - window.position > maxLength) {
          return -1;
        }
        at = limit - window.fill();
      }
    } catch (JsonStructure.BrokenException e) {
      throw malformed(e.reason());
    }
  }

  private void finish() throws IOException {
    finished = true;
    window.position++;
    if (peek() >= 0) {
      throw malformed("something follows the end of the array");
    }
  }

  /** The next byte that is not white space, -1 at the end. */
  private int peek() throws IOException {
    while (true) {
      while (window.position < window.limit()) {
        var b = window.bytes()[window.position];
        if (!isWhiteSpace(b)) {
          return b & 0xff;
        }
        window.position++;
      }
      if (window.ended()) {
        return -1;
      }
      window.fill();
    }
  }

  private void range(int from, int to) {
    var bytes = window.bytes();
    while (to > from && isWhiteSpace(bytes[to - 1])) {
      to--;
    }
    offset = from;
    length = to - from;
  }

  private static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }

  private ProblemException malformed(String reason) {
    return new ProblemException(
        Problem.of(
                ProblemType.INVALID_BODY,
                "The body is not a JSON array: after " + index + " records, " + reason + ".")
            .with("errors", List.of(Map.of("index", index, "reason", reason))));
  }

  @Override
  public byte[] buffer() {
    return window.bytes();
  }

  @Override
  public int offset() {
    return offset;
  }

  @Override
  public int length() {
    return length;
  }
}
