package dev.acequia.api.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Knows how a stream of CSV ended: the parser takes a quoted field that the end cuts off for one
 * that was closed.
 */
final class QuoteTail extends FilterInputStream {
  private int quotes;
  private boolean atLineBreak;

  QuoteTail(InputStream in) {
    super(in);
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    var read = super.read(into, offset, length);
    if (read > 0) {
      look(into, offset, offset + read);
    }
    return read;
  }

  /** Counts the quotes before the last line break, or the end. */
  private void look(byte[] bytes, int from, int to) {
    var at = to;
    while (at > from && (bytes[at - 1] == '"' || bytes[at - 1] == '\r' || bytes[at - 1] == '\n')) {
      at--;
    }
    if (at > from) {
      quotes = 0;
      atLineBreak = false;
    }
    for (; at < to; at++) {
      if (bytes[at] != '"') {
        atLineBreak = true;
      } else {
        quotes = atLineBreak ? 1 : quotes + 1;
        atLineBreak = false;
      }
    }
  }

  /**
   * Whether the end cut the last field off, which began with a quote.
   *
   * @param length of the field's value
   * @param trailing so many quotes are at its end
   */
  boolean cutOff(int length, int trailing) {
    // Each quote within stands twice; where there is nothing else, the opening one is next to them.
    return quotes != 2 * trailing + 1 + (length == trailing ? 1 : 0);
  }
}
