package dev.acequia.stores.bigquery.read;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;

/**
 * Texts of a parser as UTF-8, without a string or an array of the whole text's characters between.
 * One thread at a time.
 */
final class Utf8Text {
  /** The most that a character of UTF-16 takes; one outside the BMP is two and takes four. */
  private static final int MOST_BYTES = 3;

  private static final byte REPLACEMENT = '?';

  private final Writer writer = new Encoder();
  private byte[] bytes = {};
  private int length;
  private char high;

  /** The text at hand. */
  byte[] of(JsonParser in) throws IOException {
    bytes = new byte[in.getTextLength()];
    length = 0;
    high = 0;
    in.getText(writer);
    endPair();
    var text = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    bytes = new byte[0];
    return text;
  }

  private final class Encoder extends Writer {
    @Override
    public void write(char[] text, int offset, int count) {
      for (var i = offset; i < offset + count; i++) {
        put(text[i]);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private void put(char c) {
    if (Character.isLowSurrogate(c) && high != 0) {
      encode(Character.toCodePoint(high, c));
      high = 0;
      return;
    }
    endPair();
    if (Character.isHighSurrogate(c)) {
      high = c;
    } else {
      encode(Character.isLowSurrogate(c) ? REPLACEMENT : c);
    }
  }

  /** A half of a pair alone is no text, and no store has it. */
  private void endPair() {
    if (high != 0) {
      high = 0;
      encode(REPLACEMENT);
    }
  }

  private void encode(int point) {
    if (bytes.length - length <= MOST_BYTES && (point >= 0x80 || length == bytes.length)) {
      bytes = Arrays.copyOf(bytes, bytes.length + bytes.length / 2 + 4);
    }
    if (point < 0x80) {
      bytes[length++] = (byte) point;
    } else if (point < 0x800) {
      bytes[length++] = (byte) (0xC0 | (point >> 6));
      putRest(point, 1);
    } else if (point < 0x10000) {
      bytes[length++] = (byte) (0xE0 | (point >> 12));
      putRest(point, 2);
    } else {
      bytes[length++] = (byte) (0xF0 | (point >> 18));
      putRest(point, 3);
    }
  }

  /** The bytes behind the first: six bits each. */
  private void putRest(int point, int count) {
    for (var left = count - 1; left >= 0; left--) {
      bytes[length++] = (byte) (0x80 | ((point >> (6 * left)) & 0x3F));
    }
  }
}
