package dev.acequia.contract.record;

import org.jspecify.annotations.Nullable;

/**
 * How a text of JSON or CSV begins, where that is not with the text itself: a byte order mark, or
 * the bytes of an encoding that is not UTF-8.
 */
public final class TextEncoding {
  /** The number of leading bytes that tell the encoding. */
  public static final int SHOWN_BY = 4;

  private TextEncoding() {}

  /** The length of UTF-8's byte order mark at the text's beginning, 0 when there is none. */
  public static int byteOrderMark(byte[] text, int offset, int length) {
    return length >= 3
            && text[offset] == (byte) 0xef
            && text[offset + 1] == (byte) 0xbb
            && text[offset + 2] == (byte) 0xbf
        ? 3
        : 0;
  }

  /**
   * The encoding's name when it is certainly not UTF-8, else null. Without a mark it shows by the
   * zeros beside the first two characters, which are ASCII in JSON and in a header of CSV.
   */
  public static @Nullable String other(byte[] text, int offset, int length) {
    if (length < 2) {
      return null;
    }
    var first = (text[offset] & 0xff) << 8 | (text[offset + 1] & 0xff);
    var second =
        length < SHOWN_BY ? -1 : (text[offset + 2] & 0xff) << 8 | (text[offset + 3] & 0xff);
    if (first == 0xfffe) {
      return second == 0 ? "UTF-32LE" : "UTF-16LE";
    }
    if (first == 0xfeff) {
      return "UTF-16BE";
    }
    if (second < 0) {
      return null;
    }
    if (first == 0 && (second == 0xfeff || isBigEndian(second))) {
      return "UTF-32BE";
    }
    if (isLittleEndian(first)) {
      return second == 0 ? "UTF-32LE" : isLittleEndian(second) ? "UTF-16LE" : null;
    }
    return isBigEndian(first) && isBigEndian(second) ? "UTF-16BE" : null;
  }

  private static boolean isBigEndian(int unit) {
    return unit > 0 && unit < 0x80;
  }

  private static boolean isLittleEndian(int unit) {
    return unit > 0 && (unit & 0xff) == 0 && unit >> 8 < 0x80;
  }
}
