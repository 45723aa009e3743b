package dev.acequia.api.ingest;

import java.io.IOException;
import java.io.InputStream;

/**
 * The lines of NDJSON, without blank ones. Holds one line at a time, of a stream of any length; of
 * a line that is too long, only its beginning.
 */
final class LineRecords implements BodyRecords {
  private final ByteWindow window;
  private final int maxLength;
  private boolean begun;
  private boolean inOverlongLine;
  private int offset;
  private int length;

  /**
   * Reads lines as they come.
   *
   * @param maxLength of a line that is held whole, in bytes
   */
  LineRecords(InputStream in, int maxLength, BodyMemory memory) {
    this.window = new ByteWindow(in, memory);
    this.maxLength = maxLength;
  }

  /** The lines of a body that was read whole. */
  LineRecords(byte[] body, int length) {
    this.window = new ByteWindow(body, length);
    this.maxLength = length;
  }

  @Override
  public boolean next() throws IOException {
    if (!begun) {
      begun = true;
      window.begin();
    }
    if (inOverlongLine) {
      passOverlongLine();
    }
    while (true) {
      var end = endOfLine();
      if (end < 0) {
        take(window.position, window.limit());
        window.position = window.limit();
        inOverlongLine = true;
        return true;
      }
      if (end == window.limit() && window.position == window.limit()) {
        return false;
      }
      take(window.position, end);
      window.position = Math.min(end + 1, window.limit());
      if (length > 0) {
        return true;
      }
    }
  }

  /** Where the line ends, or -1 when it is too long for that to be known. */
  private int endOfLine() throws IOException {
    var scanned = 0;
    while (true) {
      var newline = newlineFrom(window.position + scanned);
      if (newline < window.limit() || window.ended()) {
        return newline;
      }
      scanned = window.limit() - window.position;
      if (scanned > maxLength) {
        return -1;
      }
      window.fill();
    }
  }

  private void passOverlongLine() throws IOException {
    while (true) {
      window.position = newlineFrom(window.position);
      if (window.position < window.limit() || window.ended()) {
        window.position = Math.min(window.position + 1, window.limit());
        inOverlongLine = false;
        return;
      }
      window.fill();
    }
  }

  private int newlineFrom(int start) {
    var bytes = window.bytes();
    var i = start;
    while (i < window.limit() && bytes[i] != '\n') {
      i++;
    }
    return i;
  }

  private void take(int from, int to) {
    var bytes = window.bytes();
    while (from < to && isWhiteSpace(bytes[from])) {
      from++;
    }
    while (to > from && isWhiteSpace(bytes[to - 1])) {
      to--;
    }
    offset = from;
    length = to - from;
  }

  private static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\r' || b == '\t';
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
