package dev.acequia.api.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The lines of NDJSON, without blank ones. Holds one line at a time, of a stream of any length; of
 * a line that is too long, only its beginning.
 */
final class LineRecords implements BodyRecords {
  private static final int FIRST_SIZE = 1 << 16;

  private final InputStream in;
  private final int maxLength;
  private byte[] window;
  private int position;
  private int limit;
  private boolean ended;
  private boolean inOverlongLine;
  private int offset;
  private int length;

  /**
   * Reads lines as they come.
   *
   * @param maxLength of a line that is held whole, in bytes
   */
  LineRecords(InputStream in, int maxLength) {
    this.in = in;
    this.maxLength = maxLength;
    this.window = new byte[FIRST_SIZE];
  }

  /** The lines of a body that was read whole. */
  LineRecords(byte[] body, int length) {
    this.in = InputStream.nullInputStream();
    this.maxLength = length;
    this.window = body;
    this.limit = length;
    this.ended = true;
  }

  @Override
  public boolean next() throws IOException {
    if (inOverlongLine) {
      passOverlongLine();
    }
    while (true) {
      var end = endOfLine();
      if (end < 0) {
        take(position, limit);
        position = limit;
        inOverlongLine = true;
        return true;
      }
      if (end == limit && position == limit) {
        return false;
      }
      take(position, end);
      position = Math.min(end + 1, limit);
      if (length > 0) {
        return true;
      }
    }
  }

  /** Where the line ends, or -1 when it is too long for that to be known. */
  private int endOfLine() throws IOException {
    var scanned = 0;
    while (true) {
      var newline = newlineFrom(position + scanned);
      if (newline < limit || ended) {
        return newline;
      }
      scanned = limit - position;
      if (scanned > maxLength) {
        return -1;
      }
      fill();
    }
  }

  private void passOverlongLine() throws IOException {
    while (true) {
      position = newlineFrom(position);
      if (position < limit || ended) {
        position = Math.min(position + 1, limit);
        inOverlongLine = false;
        return;
      }
      fill();
    }
  }

  private int newlineFrom(int start) {
    var i = start;
    while (i < limit && window[i] != '\n') {
      i++;
    }
    return i;
  }

  /** Reads on, in the place of what was taken. */
  private void fill() throws IOException {
    System.arraycopy(window, position, window, 0, limit - position);
    limit -= position;
    position = 0;
    if (limit == window.length) {
      window = Arrays.copyOf(window, window.length * 2);
    }
    var read = in.read(window, limit, window.length - limit);
    if (read < 0) {
      ended = true;
    } else {
      limit += read;
    }
  }

  private void take(int from, int to) {
    while (from < to && isWhiteSpace(window[from])) {
      from++;
    }
    while (to > from && isWhiteSpace(window[to - 1])) {
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
    return window;
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
