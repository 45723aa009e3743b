package dev.acequia.contract.record;

import dev.acequia.contract.record.BadRecordException.ErrorClass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the bytes of one JSON text (RFC 8259), strictly, without an object for each token. A
 * text without escapes is a range of the input; one with escapes is decoded into a buffer of the
 * cursor's own, which is only ever appended to while a record is being read, so that ranges of it
 * stay good.
 */
final class JsonCursor {
  /** Deeper values are refused; PostgreSQL's own parser is bounded by its stack only. */
  static final int MAX_DEPTH = 100;

  /**
   * What all numbers of a record may take more than they do, in bytes, when they are written
   * without exponents: a row in the store is then not much larger than its record.
   */
  static final int MAX_UNFOLDED = 512 << 10;

  private final NumberScan number = new NumberScan();
  private byte[] buffer = new byte[0];
  private int position;
  private int start;
  private int end;
  private byte[] own = new byte[256];
  private int ownLength;
  private int unfolded;

  byte[] text = buffer;
  int textOffset;
  int textLength;

  void begin(byte[] input, int offset, int length) {
    buffer = input;
    start = offset;
    position = offset;
    end = offset + length;
    ownLength = 0;
    unfolded = 0;
  }

  /**
   * Counts what a number adds when it is written without its exponent.
   *
   * @param bytes added by this number
   * @throws BadRecordException when the record's numbers add too much
   */
  void unfold(int bytes) throws BadRecordException {
    unfolded += Math.max(bytes, 0);
    if (unfolded > MAX_UNFOLDED) {
      throw new BadRecordException(
          ErrorClass.TooLong,
          null,
          "the record's numbers take more than "
              + (MAX_UNFOLDED >> 10)
              + " KiB more when they are written without exponents");
    }
  }

  byte[] buffer() {
    return buffer;
  }

  int position() {
    return position;
  }

  /** The next byte that is not white space, without taking it; -1 at the end. */
  int peek() {
    if (position < end && buffer[position] > ' ') {
      return buffer[position]; // the likeliest by far
    }
    while (position < end) {
      var b = buffer[position];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b & 0xff;
      }
      position++;
    }
    return -1;
  }

  /** Takes the byte last seen by {@link #peek}. */
  void take() {
    position++;
  }

  void expect(char wanted) throws BadRecordException {
    if (peek() != wanted) {
      throw malformed("expected '" + wanted + "'");
    }
    position++;
  }

  void expectEnd() throws BadRecordException {
    if (peek() != -1) {
      throw malformed("expected nothing after the value");
    }
  }

  /** Takes {@code true}, {@code false} or {@code null}. */
  void literal(String word) throws BadRecordException {
    if (end - position < word.length()) {
      throw malformed("expected " + word);
    }
    for (var i = 0; i < word.length(); i++) {
      if (buffer[position + i] != word.charAt(i)) {
        throw malformed("expected " + word);
      }
    }
    position += word.length();
  }

  /** Takes a number; it is good until the next one. */
  NumberScan number() throws BadRecordException {
    position = number.scan(this, buffer, position, end);
    return number;
  }

  /** The number that the string last taken holds, and nothing else. */
  NumberScan numberInText() throws BadRecordException {
    var textEnd = textOffset + textLength;
    var numberEnd = -1;
    try {
      numberEnd = number.scan(this, text, textOffset, textEnd);
    } catch (BadRecordException e) {
      // It would speak of the JSON text, which is as it should be.
      numberEnd = -1;
    }
    if (numberEnd != textEnd) {
      throw new BadRecordException(
          ErrorClass.WrongType, null, "expected a number, or a string that holds one");
    }
    return number;
  }

  /** Takes a string at the opening quote; its text is then in {@link #text}. */
  void string() throws BadRecordException {
    // Locals, which the compiler keeps in registers: most of a record is strings and names.
    var bytes = buffer;
    var limit = end;
    var from = position + 1;
    var at = from;
    while (at < limit) {
      var b = bytes[at];
      if (b == '"') {
        text = bytes;
        textOffset = from;
        textLength = at - from;
        position = at + 1;
        return;
      }
      if (b >= ' ' && b != '\\') {
        at++;
        continue;
      }
      position = at;
      if (b == '\\') {
        unescape(from);
        return;
      }
      if (b >= 0) {
        throw malformed("a control character in a string must be escaped");
      }
      at += multibyte(b);
    }
    position = at;
    throw malformed("a string does not end");
  }

  /** Takes any value. */
  void skip(int depth) throws BadRecordException {
    switch (peek()) {
      case '"' -> {
        var kept = ownLength;
        string();
        ownLength = kept;
      }
      case '{' -> skipObject(depth + 1);
      case '[' -> skipArray(depth + 1);
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number().checkDecimal(this);
    }
  }

  private void skipObject(int depth) throws BadRecordException {
    checkDepth(depth);
    take();
    if (peek() == '}') {
      take();
      return;
    }
    while (true) {
      if (peek() != '"') {
        throw malformed("expected a field's name");
      }
      skip(depth);
      expect(':');
      skip(depth);
      if (peek() != ',') {
        expect('}');
        return;
      }
      take();
    }
  }

  private void skipArray(int depth) throws BadRecordException {
    checkDepth(depth);
    take();
    if (peek() == ']') {
      take();
      return;
    }
    while (true) {
      skip(depth);
      if (peek() != ',') {
        expect(']');
        return;
      }
      take();
    }
  }

  private void checkDepth(int depth) throws BadRecordException {
    if (depth > MAX_DEPTH) {
      throw malformed("nested deeper than " + MAX_DEPTH + " levels");
    }
  }

  private void unescape(int from) throws BadRecordException {
    var begin = ownLength;
    append(buffer, from, position - from);
    while (position < end) {
      var b = buffer[position];
      if (b == '"') {
        position++;
        text = own;
        textOffset = begin;
        textLength = ownLength - begin;
        return;
      }
      if (b == '\\') {
        position++;
        escape();
      } else if (b >= 0 && b < ' ') {
        throw malformed("a control character in a string must be escaped");
      } else {
        var length = b > 0 ? 1 : multibyte(b);
        append(buffer, position, length);
        position += length;
      }
    }
    throw malformed("a string does not end");
  }

  private void escape() throws BadRecordException {
    var escaped = position < end ? buffer[position++] : 0;
    switch (escaped) {
      case '"', '\\', '/' -> append(escaped);
      case 'b' -> append('\b');
      case 'f' -> append('\f');
      case 'n' -> append('\n');
      case 'r' -> append('\r');
      case 't' -> append('\t');
      case 'u' -> appendCodePoint(codePoint());
      default -> {
        position--;
        throw malformed("no such escape");
      }
    }
  }

  private int codePoint() throws BadRecordException {
    var first = hex4();
    if (first == 0) {
      throw new BadRecordException(
          ErrorClass.InvalidText, null, "the character \\u0000 cannot be stored");
    }
    if (!Character.isSurrogate((char) first)) {
      return first;
    }
    if (Character.isHighSurrogate((char) first)
        && end - position > 2
        && buffer[position] == '\\'
        && buffer[position + 1] == 'u') {
      position += 2;
      var second = hex4();
      if (Character.isLowSurrogate((char) second)) {
        return Character.toCodePoint((char) first, (char) second);
      }
    }
    throw new BadRecordException(
        ErrorClass.InvalidText, null, "half of a surrogate pair is not a character");
  }

  private int hex4() throws BadRecordException {
    if (end - position < 4) {
      throw malformed("\\u needs four hexadecimal digits");
    }
    var value = 0;
    for (var i = 0; i < 4; i++) {
      var b = buffer[position];
      var digit = b < 0 ? -1 : Character.digit((char) b, 16);
      if (digit < 0) {
        throw malformed("\\u needs four hexadecimal digits");
      }
      value = value << 4 | digit;
      position++;
    }
    return value;
  }

  /** The length of the UTF-8 sequence at the position, checked as RFC 3629 has it. */
  private int multibyte(byte lead) throws BadRecordException {
    int length;
    var low = 0x80;
    var high = 0xbf;
    switch (lead & 0xff) {
      case 0xe0 -> {
        length = 3;
        low = 0xa0;
      }
      case 0xed -> {
        length = 3;
        high = 0x9f;
      }
      case 0xf0 -> {
        length = 4;
        low = 0x90;
      }
      case 0xf4 -> {
        length = 4;
        high = 0x8f;
      }
      default -> {
        var b = lead & 0xff;
        length = b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf4 ? 4 : 0;
      }
    }
    var good = length > 0 && end - position >= length && in(buffer[position + 1], low, high);
    for (var i = 2; good && i < length; i++) {
      good = in(buffer[position + i], 0x80, 0xbf);
    }
    if (!good) {
      throw new BadRecordException(
          ErrorClass.InvalidText, null, "not valid UTF-8 at byte " + (position - start));
    }
    return length;
  }

  private static boolean in(byte b, int low, int high) {
    var unsigned = b & 0xff;
    return unsigned >= low && unsigned <= high;
  }

  /** Appends to the cursor's own buffer and answers where it begins there. */
  int append(byte[] from, int offset, int length) {
    room(length);
    System.arraycopy(from, offset, own, ownLength, length);
    ownLength += length;
    return ownLength - length;
  }

  /** The buffer that {@link #append} last wrote to. */
  byte[] own() {
    return own;
  }

  private void append(int ascii) {
    room(1);
    own[ownLength++] = (byte) ascii;
  }

  private void appendCodePoint(int c) {
    room(4);
    if (c < 0x80) {
      own[ownLength++] = (byte) c;
    } else if (c < 0x800) {
      own[ownLength++] = (byte) (0xc0 | c >> 6);
      own[ownLength++] = (byte) (0x80 | c & 0x3f);
    } else if (c < 0x10000) {
      own[ownLength++] = (byte) (0xe0 | c >> 12);
      own[ownLength++] = (byte) (0x80 | c >> 6 & 0x3f);
      own[ownLength++] = (byte) (0x80 | c & 0x3f);
    } else {
      own[ownLength++] = (byte) (0xf0 | c >> 18);
      own[ownLength++] = (byte) (0x80 | c >> 12 & 0x3f);
      own[ownLength++] = (byte) (0x80 | c >> 6 & 0x3f);
      own[ownLength++] = (byte) (0x80 | c & 0x3f);
    }
  }

  private void room(int more) {
    if (own.length - ownLength < more) {
      // The old buffer stays as it is: slots of the row may point into it.
      own = Arrays.copyOf(own, Math.max(own.length * 2, ownLength + more));
    }
  }

  BadRecordException malformed(String what) {
    return malformed(what, position);
  }

  BadRecordException malformed(String what, int at) {
    var encoding = TextEncoding.other(buffer, start, end - start);
    if (encoding != null) {
      return new BadRecordException(
          ErrorClass.Malformed, null, "the text is in " + encoding + ", a record must be UTF-8");
    }
    if (at == start && TextEncoding.byteOrderMark(buffer, start, end - start) > 0) {
      return new BadRecordException(
          ErrorClass.Malformed,
          null,
          "a byte order mark (EF BB BF) stands before the value; send it without");
    }
    @Nullable String found = null;
    if (at >= end) {
      found = "the end";
    } else if (buffer[at] > ' ' && buffer[at] < 0x7f) {
      found = "'" + (char) buffer[at] + "'";
    }
    return new BadRecordException(
        ErrorClass.Malformed,
        null,
        "not valid JSON at byte "
            + (at - start)
            + ": "
            + what
            + (found == null ? "" : ", found " + found));
  }
}
